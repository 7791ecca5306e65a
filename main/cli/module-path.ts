import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Arguments } from './arguments.ts';

/**
 * The library of --module by its full path, so that it is the same file from every folder. The last
 * part is not resolved: vendors provide a link that changes with an upgrade.
 */
export const modulePathOf = (args: Arguments): string | undefined => {
  const named = args.text('module');
  if (named === undefined) return undefined;
  const full = path.resolve(named);
  return path.join(realFolder(path.dirname(full)), path.basename(full));
};

/** A missing library is reported later, when it is opened. */
const realFolder = (folder: string): string => {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
};
