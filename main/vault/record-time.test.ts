import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAtStore } from '../store/index.ts';
import { timeOfRecord } from './record-time.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-time-'));
});
afterEach(() => rm(folder, { recursive: true }));

const timeOf = (seq: number): string => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();

it('finds the time of any record, from the last to the first of a large ledger', async () => {
  const line = (seq: number): string =>
    `${JSON.stringify({ seq, time: timeOf(seq), details: { text: 'x'.repeat(400) } })}\n`;
  const text = Array.from({ length: 3_000 }, (_, i) => line(i + 1)).join('');
  await writeFile(path.join(folder, 'ledger.jsonl'), text);
  const store = lookAtStore(folder);
  const bytes = Buffer.byteLength(text);
  for (const seq of [3_000, 2_999, 2_900, 1_500, 2, 1])
    expect(await timeOfRecord(store, bytes, seq)).toBe(timeOf(seq));
  expect(await timeOfRecord(store, bytes, 3_001)).toBeNull();
  // Without what was added since it was opened.
  expect(await timeOfRecord(store, Buffer.byteLength(line(1)), 2)).toBeNull();
});
