import { Failure } from '../../../shared/failure.ts';

/** For what has no path: an attachment in a mail program, a picture in a browser. */
export const notFromDisk = (): Failure =>
  new Failure('invalid-request', 'What was dropped is not a file on a disk.', {
    next: 'Save it to a disk first, then drop it from the file manager.',
  });
