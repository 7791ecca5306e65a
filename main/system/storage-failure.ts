import { Failure, type FailureCode, type FailureContext } from '../../shared/failure.ts';

const codes: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
};

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EROFS: 'the disk is read-only',
  EACCES: 'this user lacks the permission',
  EPERM: 'this user lacks the permission',
  EIO: 'the disk reports an error',
  ENOTCONN: 'the disk or share is not connected any more',
  ENOENT: 'the file or its folder is not there',
};

/** The errno name of an error of node:fs, or null. */
export const errnoOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

export const isErrno = (error: unknown, code: string): boolean => errnoOf(error) === code;

/** The reason for an error of the disk, as the second half of a sentence. */
export const reasonOf = (error: unknown): string => {
  const errno = errnoOf(error);
  return words[errno ?? ''] ?? (error instanceof Error ? error.message : String(error));
};

/** An error of the disk as a Failure; a Failure is returned unchanged. */
export const storageFailure = (
  error: unknown,
  what: string,
  context: Omit<FailureContext, 'detail'>,
): Failure => {
  if (error instanceof Failure) return error;
  const errno = errnoOf(error);
  return new Failure(codes[errno ?? ''] ?? 'io', `${what}: ${reasonOf(error)}.`, {
    ...context,
    ...(errno === null ? {} : { detail: errno }),
  });
};

/** An error of the disk as a Failure; bugs are returned unchanged. */
export const orFailure = async <T>(what: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw storageFailure(error, what, { next: 'Check the folder and its disk, then try again.' });
    throw error;
  }
};
