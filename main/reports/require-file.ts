import type { Stats } from 'node:fs';
import path from 'node:path';
import { notAFile } from '../../shared/messages/failures/reports.ts';

/** @throws Failure 'not-a-file' for a folder, and for a device, which may have no end */
export const requireFile = (file: string, stats: Stats): void => {
  if (stats.isFile()) return;
  throw notAFile(path.basename(file), stats.isDirectory());
};
