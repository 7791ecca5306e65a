import { Failure } from '../../shared/failure.ts';
import { diskFailure, type DiskProblem, diskReason } from '../../shared/messages/failures/disk.ts';

/** The errno name of an error of node:fs, or null. */
export const errnoOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

export const isErrno = (error: unknown, code: string): boolean => errnoOf(error) === code;

/** The reason for an error of the disk, as the second half of a sentence. */
export const reasonOf = (error: unknown): string =>
  diskReason(errnoOf(error)) ?? (error instanceof Error ? error.message : String(error));

/** An error of the disk as a Failure; a Failure is returned unchanged. */
export const storageFailure = (error: unknown, problem: DiskProblem): Failure =>
  error instanceof Failure ? error : diskFailure(problem, errnoOf(error), reasonOf(error));

/** An error of the disk as a Failure; bugs are returned unchanged. */
export const orFailure = async <T>(problem: DiskProblem, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw storageFailure(error, problem);
    throw error;
  }
};
