import path from 'node:path';
import { notOnDisk } from '../../../shared/messages/failures/desktop.ts';

/**
 * An attachment in a mail program, a picture in a browser and a file made in the page have no path.
 * @throws Failure `invalid-request` if one of them has no path
 */
export const requireOnDisk = (paths: readonly string[]): void => {
  if (paths.length > 0 && paths.every((each) => path.isAbsolute(each))) return;
  throw notOnDisk();
};
