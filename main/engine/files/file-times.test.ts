import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secondsOf, wholeMilliseconds } from './file-times.ts';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-times-'));
  file = path.join(folder, 'file');
  writeFileSync(file, '');
});

afterAll(() => rmSync(folder, { recursive: true }));

const modified = (): number => wholeMilliseconds(statSync(file, { bigint: true }).mtimeNs);

it('keeps every millisecond of a file, before 1970 too', () => {
  // Later times are cut to less than a millisecond by the double that Node.js hands on.
  const [earliest, latest] = [Date.parse('1902-01-01'), Date.parse('2200-01-01')];
  fc.assert(
    fc.property(fc.integer({ min: earliest, max: latest }), (time) => {
      const seconds = secondsOf(time);
      utimesSync(file, seconds, seconds);
      expect(modified()).toBe(time);
    }),
  );
});

it.each([
  [0n, 0],
  [999_999n, 0],
  [1_000_000n, 1],
  [-1n, -1],
  [-1_000_000n, -1],
  [-1_000_001n, -2],
])('%s nanoseconds are in millisecond %s', (nanoseconds, milliseconds) => {
  expect(wholeMilliseconds(nanoseconds)).toBe(milliseconds);
});
