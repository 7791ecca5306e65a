import { Failure, type FailureCode } from '../../failure.ts';

/** Errors of the file system in words, by their name in errno.h. */

/** Which file an error is about: the one being read, or the one being written. */
export type Side = 'original' | 'output';

interface Meaning {
  readonly code: FailureCode;
  readonly cause: string;
  readonly next?: string;
}
type Meanings = Readonly<Record<string, Meaning>>;

const CONNECT = 'Connect its disk or share again, then try again.';

/** Words for an error of either file, or if the file is not known. */
const either: Meanings = {
  ENOENT: { code: 'not-found', cause: 'There is no such file or folder.' },
  ENOTDIR: { code: 'not-found', cause: 'A part of this path is not a folder.' },
  ELOOP: {
    code: 'symlink',
    cause: 'This is a symbolic link; links are not followed.',
    next: 'Name the file that the link points to.',
  },
  EACCES: { code: 'no-permission', cause: 'You have no permission for this file or folder.' },
  EPERM: { code: 'no-permission', cause: 'The system does not permit this.' },
  EROFS: { code: 'read-only', cause: 'This is on a read-only file system.' },
  ENOSPC: { code: 'disk-full', cause: 'The disk is full.' },
  EDQUOT: { code: 'disk-full', cause: 'Your disk quota is used up.' },
  EFBIG: { code: 'disk-full', cause: 'The output is larger than this file system allows.' },
  ENAMETOOLONG: {
    code: 'name-unusable',
    cause: 'The path of this file is longer than the system allows.',
    next: 'Shorten its name, or move it to a folder with a shorter path.',
  },
  EEXIST: { code: 'exists', cause: 'There is already a file of this name.' },
  EISDIR: { code: 'not-a-file', cause: 'This is a folder, not a file.' },
  ENXIO: { code: 'not-a-file', cause: 'This is not a regular file.' },
  ETXTBSY: { code: 'no-permission', cause: 'The file is in use as a running program.' },
  EIO: { code: 'io', cause: 'The disk reports an error.' },
  ENOTCONN: { code: 'io', cause: 'The disk or share is not connected any more.', next: CONNECT },
  ESTALE: { code: 'io', cause: 'The share has lost this file.', next: CONNECT },
  EHOSTDOWN: { code: 'io', cause: 'The share is not responding.', next: CONNECT },
  ETIMEDOUT: { code: 'io', cause: 'The share is not responding.', next: CONNECT },
  ENODEV: { code: 'io', cause: 'The disk is not connected any more.', next: CONNECT },
};

const ofOriginal: Meanings = {
  EACCES: {
    code: 'no-permission',
    cause: 'You have no permission for the original or its folder.',
    next: 'Ask its owner for access.',
  },
  EPERM: {
    code: 'no-permission',
    cause: 'The system does not permit this for the original: it may be protected from changes.',
    next: 'Take the protection away, or leave the original where it is.',
  },
  EROFS: { code: 'read-only', cause: 'The original is on a read-only file system.' },
};

const ELSEWHERE = 'Choose another output folder.';
const ROOM = 'Free some space or choose another output folder, then run the batch again.';

const ofOutput: Meanings = {
  ENOENT: { code: 'not-found', cause: 'The output folder was not found.' },
  ENOTDIR: { code: 'not-found', cause: 'A part of the output folder’s path is not a folder.' },
  EACCES: {
    code: 'no-permission',
    cause: 'You have no permission to write into the output folder.',
    next: 'Ask its owner for access, or choose another output folder.',
  },
  EPERM: {
    code: 'no-permission',
    cause: 'The system does not permit writing into the output folder.',
    next: ELSEWHERE,
  },
  EROFS: {
    code: 'read-only',
    cause: 'The output folder is on a read-only file system.',
    next: ELSEWHERE,
  },
  ENOSPC: { code: 'disk-full', cause: 'The disk is full.', next: ROOM },
  EDQUOT: { code: 'disk-full', cause: 'Your disk quota is used up.', next: ROOM },
  // Only parts are made so that nothing may be there, and no two batches have one of the same name.
  EEXIST: {
    code: 'exists',
    cause: 'An unfinished output of this batch cannot be removed from the output folder.',
    next: 'Check whether its disk is writable, then try again.',
  },
  ENAMETOOLONG: {
    code: 'name-unusable',
    cause: 'The name or path of the output would be longer than this file system allows.',
    next: 'Shorten the name of the file, or choose another output folder.',
  },
};

/** @param where the call that failed, like "open" */
export const fileRefused = (errno: string, where: string, side?: Side): Failure => {
  const meaning = (side === 'original' ? ofOriginal : side === 'output' ? ofOutput : either)[errno];
  const { code, cause, next } = meaning ??
    either[errno] ?? { code: 'io', cause: 'The file could not be read or written.' };
  return new Failure(code, cause, {
    unharmed: 'The original is unchanged and no unfinished output was left behind.',
    ...(next === undefined ? {} : { next }),
    detail: `${errno} in ${where}`,
  });
};

/** Of a refusal that nobody has expected. @param where the call that failed, and its path */
export const systemRefused = (errno: string, where: string): Failure => {
  const { code, cause, next } = either[errno] ?? { code: 'io', cause: 'The system refused.' };
  return new Failure(code, cause, {
    next: next ?? 'Check this path and its disk, then try again.',
    detail: `${errno} in ${where}`,
  });
};
