import type { Receipt, StoredBatch } from '../../../shared/batch.ts';
import { toCsv } from '../../reports/index.ts';

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

export const receiptsAsCsv = (receipts: readonly Receipt[]): string =>
  toCsv([
    columns.map(([name]) => name),
    ...receipts.map((receipt) => columns.map(([, read]) => read(receipt))),
  ]);

export const receiptsAsJson = (batch: StoredBatch, receipts: readonly Receipt[]): string =>
  `${JSON.stringify({ batch: batch.id, kind: batch.kind, keys: batch.keys, files: receipts }, null, 2)}\n`;
