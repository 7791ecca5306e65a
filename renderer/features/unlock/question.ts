import type { TrustQuestion } from '../../../shared/contract/trust.ts';
import type { FailureCode } from '../../../shared/failure.ts';

const questions: Partial<Record<FailureCode, TrustQuestion['kind']>> = {
  'vault-unknown': 'unknown',
  'library-changed': 'changed',
  'vault-other': 'other',
  'trust-damaged': 'damaged',
};

/** What is asked, or told, instead of the PIN; null where nothing is. */
export const questionOf = (code: FailureCode | undefined): TrustQuestion['kind'] | null =>
  code === undefined ? null : (questions[code] ?? null);
