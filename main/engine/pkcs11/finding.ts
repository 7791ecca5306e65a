import type { CheckName } from '../../../shared/messages/token/checks.ts';

/** One line of evidence. The profile follows from the findings alone. */
export interface Finding {
  readonly check: CheckName;
  readonly expected: string;
  /** What the token did: a word, a number or a CKR name, always in the same form. */
  readonly seen: string;
  readonly ok: boolean;
}
