import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { reportNotWritten } from '../../shared/messages/failures/disk.ts';
import { reportFileAppeared } from '../../shared/messages/failures/reports.ts';
import { isErrno, storageFailure, syncFolder } from '../system/index.ts';

export interface WrittenFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Writes a file that must not exist yet, piece by piece; resolves once it is on the disk under its
 * name. What cannot be finished is not left behind.
 * @throws Failure 'exists' | the disk's refusal
 */
export const writeReportFile = async (
  file: string,
  pieces: Iterable<Uint8Array>,
): Promise<WrittenFile> => {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      const written = await writePieces(handle, pieces);
      await syncFolder(path.dirname(file));
      return written;
    } catch (error) {
      await rm(file, { force: true }).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw reportFileAppeared(file);
    throw storageFailure(error, reportNotWritten(file));
  }
};

const writePieces = async (
  handle: FileHandle,
  pieces: Iterable<Uint8Array>,
): Promise<WrittenFile> => {
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      await handle.writeFile(piece);
    }
    await handle.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
};
