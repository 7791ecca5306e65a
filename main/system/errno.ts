import { basename } from 'node:path';
import { fileRefused, type Side, systemRefused } from '../../shared/messages/failures/errno.ts';

const isErrno = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/** Calls on an open file name no path; only originals are read, and only outputs are written. */
const sides: Readonly<Record<string, Side>> = {
  read: 'original',
  write: 'output',
  fsync: 'output',
  ftruncate: 'output',
};

/** The side of an error in a file's processing. @param original the path that is read */
export const sideOf = (error: unknown, original = ''): Side | undefined => {
  if (!isErrno(error)) return undefined;
  if (error.path === undefined) return sides[error.syscall ?? ''];
  // By its name alone: the way to it may lead through the descriptor of its folder.
  const name = basename(error.path);
  if (name === basename(original)) return 'original';
  return name.endsWith('.part') ? 'output' : undefined;
};

/** A file-system error as a Failure. Other errors are returned unchanged. */
export const fileFailure = (error: unknown, side?: Side): unknown => {
  if (!isErrno(error)) return error;
  return fileRefused(error.code ?? 'unknown', error.syscall ?? 'a system call', side);
};

/**
 * An unexpected error of the system is not a bug, so it becomes a Failure with its path. Other
 * errors are returned unchanged.
 */
export const systemFailure = (error: unknown): unknown => {
  if (!isErrno(error)) return error;
  const { code = 'unknown', syscall = 'a system call', path = 'no path' } = error;
  return systemRefused(code, `${syscall} of ${path}`);
};

/** Runs `work` with its file-system errors in words, for what crosses to another thread or process. */
export const inWords = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw fileFailure(error, sideOf(error));
  }
};

/** Waits for `work`, with its file-system errors in words. */
export const withFileFailures = async <T>(work: Promise<T>, side?: Side): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw fileFailure(error, side);
  }
};
