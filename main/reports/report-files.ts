import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Rendering } from '../../shared/reports.ts';
import { reportNotWritable } from '../../shared/messages/failures/disk.ts';
import { badReportName, reportFileExists } from '../../shared/messages/failures/reports.ts';
import { isErrno, storageFailure } from '../system/index.ts';

const ENDING = '.json';
/** Where the files of a report go. */
export interface ReportFiles {
  readonly json: string;
  readonly renderings: readonly { readonly format: Rendering; readonly file: string }[];
}

/**
 * The files of a report: its renderings have the name of the JSON with their own ending.
 * @throws Failure 'usage' where that name does not end in .json: two reports could share a rendering
 */
export const reportFiles = (file: string, also: readonly Rendering[]): ReportFiles => {
  const name = path.basename(file);
  if (!name.toLowerCase().endsWith(ENDING) || name.length === ENDING.length)
    throw badReportName(name, ENDING);
  const stem = file.slice(0, -ENDING.length);
  return {
    json: file,
    renderings: also.map((format) => ({ format, file: `${stem}.${format}` })),
  };
};

/**
 * Finds out whether files can be made there, before anything is signed.
 * @throws Failure 'exists' | the disk's refusal
 */
export const requirePlaces = async ({ json, renderings }: ReportFiles): Promise<void> => {
  for (const file of [json, ...renderings.map((each) => each.file)]) await requirePlace(file);
};

const requirePlace = async (file: string): Promise<void> => {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
    await rm(file);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw reportFileExists(file);
    throw storageFailure(error, reportNotWritable(file));
  }
};
