import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Arguments } from './arguments.ts';

/**
 * The library of --module by its full path, so that it means the same file from every folder. Its
 * last part stays as it was given: makers name their library by a link that moves on when it is
 * upgraded.
 */
export const modulePathOf = (args: Arguments): string | undefined => {
  const named = args.text('module');
  if (named === undefined) return undefined;
  const full = path.resolve(named);
  return path.join(realFolder(path.dirname(full)), path.basename(full));
};

/** One that is not there is told of when the library is looked for. */
const realFolder = (folder: string): string => {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
};
