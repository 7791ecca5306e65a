import type { Receipt, StoredBatch } from '../../../shared/batch.ts';

const columns = [
  ['input', (r: Receipt) => r.input],
  ['output', (r: Receipt) => r.output],
  ['outcome', (r: Receipt) => r.outcome],
  ['reason', (r: Receipt) => r.reason?.cause ?? null],
  ['bytes', (r: Receipt) => r.bytes],
  ['sha256', (r: Receipt) => r.sha256],
  ['key', (r: Receipt) => r.key],
  ['version', (r: Receipt) => r.version],
] as const;

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
};

export const receiptsAsCsv = (receipts: readonly Receipt[]): string =>
  [
    columns.map(([name]) => name).join(','),
    ...receipts.map((receipt) => columns.map(([, read]) => cell(read(receipt))).join(',')),
    '',
  ].join('\r\n');

export const receiptsAsJson = (batch: StoredBatch, receipts: readonly Receipt[]): string =>
  `${JSON.stringify({ batch: batch.id, kind: batch.kind, keys: batch.keys, files: receipts }, null, 2)}\n`;
