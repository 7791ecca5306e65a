import type { Outcome } from '../../lib/record-words.ts';

export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly text: string;
  /** Shown in mono after the text. */
  readonly code?: string;
  readonly state?: Outcome;
  readonly disabled?: boolean;
}
