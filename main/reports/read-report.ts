import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '../../shared/bytes.ts';
import { fileNotRead } from '../../shared/messages/failures/disk.ts';
import { reportTooLarge } from '../../shared/messages/failures/reports.ts';
import { storageFailure } from '../system/index.ts';
import { requireFile } from './require-file.ts';

/** Verifying needs several times this size in memory. */
export const MOST_REPORT_BYTES = 256 * 1024 * 1024;

/**
 * The file of a report. @throws Failure with the reason
 * @param pipes whether it may also be a pipe, as what a shell puts in the place of <(command)
 */
export const readReport = async (file: string, { pipes = false } = {}): Promise<Buffer> => {
  const name = path.basename(file);
  try {
    const stats = await stat(file);
    if (!pipes || !stats.isFIFO()) requireFile(file, stats);
    if (stats.size > MOST_REPORT_BYTES) throw reportTooLarge(name, formatBytes(MOST_REPORT_BYTES));
    const pieces: Buffer[] = [];
    for await (const piece of createReadStream(file, { end: MOST_REPORT_BYTES }))
      pieces.push(piece as Buffer);
    const bytes = Buffer.concat(pieces);
    if (bytes.length > MOST_REPORT_BYTES)
      throw reportTooLarge(name, formatBytes(MOST_REPORT_BYTES));
    return bytes;
  } catch (error) {
    throw storageFailure(error, fileNotRead(name));
  }
};
