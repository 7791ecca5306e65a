import { Failure, type FailureCode } from '../../../../shared/failure.ts';

/** How an attempt ends: in success, or in an expected failure. A bug is thrown on. */
export const codeOf = (attempt: () => unknown): FailureCode | 'success' => {
  try {
    attempt();
    return 'success';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};
