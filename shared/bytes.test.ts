import { expect, test } from 'vitest';
import { formatBytes } from './bytes.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1024, '1 kB'],
  [4100, '4.1 kB'],
  [999_950, '1 MB'],
  [184_000_000, '184 MB'],
  [18_600_000_000, '18.6 GB'],
  [1e18, '1,000 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
