import type { Receipt, StoredBatch } from '../../../shared/batch.ts';
import { digestAlgorithms } from '../../../shared/file-digest.ts';
import { toCsv } from '../../reports/index.ts';

const columns = [
  ['input', (r: Receipt) => r.input],
  ['output', (r: Receipt) => r.output],
  ['outcome', (r: Receipt) => r.outcome],
  ['reason', (r: Receipt) => r.reason?.cause ?? null],
  ['bytes', (r: Receipt) => r.bytes],
  ...digestAlgorithms.map(
    (name) => [name, (r: Receipt) => (r.digest?.algorithm === name ? r.digest.hex : null)] as const,
  ),
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
