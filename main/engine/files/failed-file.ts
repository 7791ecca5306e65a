import { Failure, groupOf, toFailureData } from '../../../shared/failure.ts';
import { fileFailure, sideOf } from '../../system/index.ts';
import type { FileJob, FileResult, VerifyJob } from './jobs.ts';

/** A failed file is a result; a failed token concerns the whole group and is thrown on. */
export const failedFile = (
  { index, input, original }: Pick<FileJob, 'index'> & Partial<VerifyJob>,
  thrown: unknown,
): FileResult => {
  // Reading back reads the output, and the original beside it.
  const error = fileFailure(thrown, sideOf(thrown, original ?? input ?? ''));
  if (!(error instanceof Failure) || groupOf(error.code) === 'token') throw error;
  return { outcome: 'failed', index, failure: toFailureData(error) };
};
