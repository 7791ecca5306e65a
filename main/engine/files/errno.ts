import { Failure, type FailureCode } from '../../../shared/failure.ts';

interface Meaning {
  readonly code: FailureCode;
  readonly cause: string;
  readonly next?: string;
}

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: 'not-found', cause: 'There is no such file or folder.' },
  ENOTDIR: { code: 'not-found', cause: 'A part of this path is not a folder.' },
  ELOOP: {
    code: 'symlink',
    cause: 'This is a symbolic link; links are not followed.',
    next: 'Name the file that the link points to.',
  },
  EACCES: {
    code: 'no-permission',
    cause: 'You have no permission for this file or folder.',
    next: 'Ask its owner for access, or choose another output folder.',
  },
  EPERM: { code: 'no-permission', cause: 'The system does not permit this.' },
  EROFS: {
    code: 'read-only',
    cause: 'The output folder lies on a read-only file system.',
    next: 'Choose another output folder.',
  },
  ENOSPC: {
    code: 'disk-full',
    cause: 'The disk is full.',
    next: 'Free some space or choose another output folder, then run the batch again.',
  },
  EDQUOT: {
    code: 'disk-full',
    cause: 'Your disk quota is used up.',
    next: 'Free some space or choose another output folder, then run the batch again.',
  },
  EFBIG: { code: 'disk-full', cause: 'The output is larger than this file system allows.' },
  ENAMETOOLONG: {
    code: 'name-unusable',
    cause: 'The name of the output would be longer than this file system allows.',
    next: 'Shorten the name of the file.',
  },
  EEXIST: { code: 'exists', cause: 'There is already a file of this name.' },
  EISDIR: { code: 'not-a-file', cause: 'This is a folder, not a file.' },
  ENXIO: { code: 'not-a-file', cause: 'This is not a regular file.' },
  ETXTBSY: { code: 'no-permission', cause: 'The file is in use as a running program.' },
};

const isErrno = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/** A file-system error in words. What is no file-system error is given back as it is. */
export const fileFailure = (error: unknown): unknown => {
  if (!isErrno(error)) return error;
  const name = error.code ?? 'unknown';
  const meaning = meanings[name] ?? { code: 'io', cause: 'The file could not be read or written.' };
  return new Failure(meaning.code, meaning.cause, {
    unharmed: 'The original is unchanged and no unfinished output was left behind.',
    ...(meaning.next === undefined ? {} : { next: meaning.next }),
    detail: `${name} in ${error.syscall ?? 'a system call'}`,
  });
};

/** Runs `work` with its file-system errors in words, for what crosses to another thread or process. */
export const inWords = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw fileFailure(error);
  }
};

/** Waits for `work`, with its file-system errors in words. */
export const withFileFailures = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw fileFailure(error);
  }
};
