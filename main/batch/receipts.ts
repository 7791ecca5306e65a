import type { PlannedFile, Receipt, SkippedInput } from '../../shared/batch.ts';
import type { FailureData } from '../../shared/failure.ts';

/** The receipt of a file for which nothing was written. */
const nothingWritten = { output: null, digest: null, key: null, version: null } as const;

export const failedReceipt = (
  file: Pick<PlannedFile, 'input' | 'size'>,
  reason: FailureData,
): Receipt => ({
  ...nothingWritten,
  input: file.input,
  outcome: outcomeOf(reason),
  reason,
  bytes: file.size,
});

const outcomeOf = (reason: FailureData): Receipt['outcome'] => {
  if (needsNothing(reason)) return 'skipped';
  return reason.code === 'cancelled' ? 'cancelled' : 'failed';
};

/** Of a file of the plan that turned out to be as it should be already. */
export const needsNothing = ({ code }: FailureData): boolean => code === 'up-to-date';

/** Of a file that the batch did not reach. */
export const cancelledReceipt = (file: PlannedFile, reason: FailureData): Receipt => ({
  ...failedReceipt(file, reason),
  outcome: 'cancelled',
});

/** Of an input that the plan left out. */
export const skippedReceipt = ({ input, outcome, reason }: SkippedInput): Receipt => ({
  ...nothingWritten,
  input,
  outcome,
  reason,
  bytes: 0,
});
