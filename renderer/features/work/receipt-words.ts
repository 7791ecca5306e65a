import type { BatchKind } from '../../../shared/batch.ts';
import type { ReceiptRow } from '../../../shared/contract/work.ts';
import { messages } from '../../messages/en.ts';
import { receiptState } from './receipt-state.ts';

const words = messages.work.results;
const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/** What happened and what to do, in a sentence or two. */
export const whyOf = (row: ReceiptRow, kind: BatchKind): string => {
  if (row.reason !== null)
    return [row.reason.cause, row.reason.next].filter((part) => part !== undefined).join(' ');
  if (row.outcome !== 'done') return '';
  const main =
    kind === 'verify' || row.output === null ? words.whole : words.whyDone(fileName(row.output));
  return row.originalDeleted === true ? `${main}. ${words.deleted}` : main;
};

/** One line for each file, parted by tabs, for a mail or a spreadsheet. */
export const receiptLines = (rows: readonly ReceiptRow[], kind: BatchKind): string =>
  rows
    .map((row) => [receiptState(row, kind).word, row.folder, row.name, whyOf(row, kind)].join('\t'))
    .join('\n');
