import type { BatchKind } from '../../../shared/batch.ts';
import type { ReceiptRow } from '../../../shared/contract/work.ts';
import type { Outcome } from '../../lib/record-words.ts';
import { messages } from '../../messages/en.ts';

/** What became of a file, as glyph and word. */
export const receiptState = (
  { outcome }: Pick<ReceiptRow, 'outcome'>,
  kind: BatchKind,
): Outcome => {
  const words = messages.work;
  switch (outcome) {
    case 'done':
      return { glyph: 'good', word: words.doneWords[kind] };
    case 'failed':
      return { glyph: 'failed', word: words.failed };
    case 'skipped':
      return { glyph: 'none', word: words.skipped };
    case 'cancelled':
      return { glyph: 'none', word: words.cancelledWord };
  }
};
