import { expect, test } from 'vitest';
import { bytes, countdown, duration, percent, utc } from './format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [4100, '4.1 KB'],
  [999_950, '1 MB'],
  [184_000_000, '184 MB'],
  [18_600_000_000, '18.6 GB'],
])('%i bytes are %s', (value, words) => {
  expect(bytes(value)).toBe(words);
});

test.each([
  [4.2, '4.2 s'],
  [12, '12 s'],
  [460, '7 min 40 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (value, words) => {
  expect(duration(value)).toBe(words);
});

test('per cent never claims to be done before it is', () => {
  expect(percent(999, 1000)).toBe(99);
  expect(percent(0, 0)).toBe(100);
});

test('a countdown ends at zero', () => {
  expect(countdown(581_000)).toBe('9:41');
  expect(countdown(-5)).toBe('0:00');
});

test('times of records are told in UTC', () => {
  expect(utc('2026-11-20T12:58:02.418Z')).toBe('2026-11-20 12:58:02.418 UTC');
});
