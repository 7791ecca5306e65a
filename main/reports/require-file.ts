import type { Stats } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';

/** @throws Failure 'not-a-file' for a folder, and for a device, which may have no end */
export const requireFile = (file: string, stats: Stats): void => {
  if (stats.isFile()) return;
  const what = stats.isDirectory() ? 'a folder' : 'not a file';
  throw new Failure('not-a-file', `${path.basename(file)} is ${what}.`, {
    unharmed: 'It was only looked at, and nothing was changed.',
    next: 'Give the file itself.',
  });
};
