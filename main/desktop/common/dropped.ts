import path from 'node:path';
import { Failure } from '../../../shared/failure.ts';

/**
 * An attachment in a mail program, a picture in a browser and a file made in the page have no path.
 * @throws Failure `invalid-request` if one of them has no path
 */
export const requireOnDisk = (paths: readonly string[]): void => {
  if (paths.length > 0 && paths.every((each) => path.isAbsolute(each))) return;
  throw new Failure('invalid-request', 'What was dropped is not a file on a disk.', {
    unharmed: 'Nothing was done with it.',
    next: 'Save it to a disk first, then drop it from the file manager.',
  });
};
