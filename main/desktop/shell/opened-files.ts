import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The files that the shell wants opened. The arguments also hold Chromium's switches and, while
 * developing, the app's own folder.
 */
export const openedFiles = (
  args: readonly string[],
  cwd: string,
  appPath: string,
  exists: (file: string) => boolean = existsSync,
): string[] =>
  args
    .slice(1)
    .filter((arg) => arg !== '' && !arg.startsWith('-'))
    .map((arg) => path.resolve(cwd, arg))
    .filter((file) => file !== path.resolve(appPath) && exists(file));
