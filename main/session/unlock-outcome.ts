import type { Failure } from '../../shared/failure.ts';
import type { RecordRange } from '../ledger/index.ts';
import type { FoundSigned } from '../vault/index.ts';

/**
 * What became of an unlock with the right PIN. `read-only`: the vault is not as it was signed last.
 * `unsigned-tail`: a person has to confirm the last records of an older version first. `failure` says
 * it in words, for those who can do nothing but end.
 */
export type UnlockOutcome =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'read-only';
      readonly verdict: FoundSigned['verdict'];
      readonly failure: Failure;
    }
  | { readonly kind: 'unsigned-tail'; readonly range: RecordRange; readonly failure: Failure };

/** For those who need it open. @throws the failure of every other outcome */
export const needOpen = (outcome: UnlockOutcome): void => {
  if (outcome.kind !== 'open') throw outcome.failure;
};
