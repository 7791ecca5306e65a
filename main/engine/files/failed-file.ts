import { Failure, groupOf, toFailureData } from '../../../shared/failure.ts';
import { fileFailure } from './errno.ts';
import type { FileResult } from './jobs.ts';

/** A failed file is a result; a failed token concerns the whole group and is thrown on. */
export const failedFile = (index: number, thrown: unknown): FileResult => {
  const error = fileFailure(thrown);
  if (!(error instanceof Failure) || groupOf(error.code) === 'token') throw error;
  return { outcome: 'failed', index, failure: toFailureData(error) };
};
