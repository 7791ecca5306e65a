import type { Batch, ReceiptRow } from '../../../shared/contract/work.ts';
import { messages } from '../../messages/en.ts';
import { receiptState } from './receipt-state.ts';

type Of = Pick<Batch, 'kind' | 'originals'>;

const words = messages.work.results;
const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/** What happened and what to do, in a sentence or two. */
export const whyOf = (row: ReceiptRow, { kind, originals }: Of): string => {
  if (row.reason !== null)
    return [row.reason.cause, row.reason.next].filter((part) => part !== undefined).join(' ');
  if (row.outcome !== 'done') return '';
  const main =
    kind === 'verify' || row.output === null ? words.whole : words.whyDone(fileName(row.output));
  if (row.originalDeleted !== true || originals === null) return main;
  return `${main}. ${messages.work.originals.outcome[originals.removal]}`;
};

/** One line for each file, parted by tabs, for a mail or a spreadsheet. */
export const receiptLines = (rows: readonly ReceiptRow[], batch: Of): string =>
  rows
    .map((row) =>
      [receiptState(row, batch.kind).word, row.folder, row.name, whyOf(row, batch)].join('\t'),
    )
    .join('\n');
