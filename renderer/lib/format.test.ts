import { expect, test } from 'vitest';
import { countdown, duration, percent, utc } from './format.ts';

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
  // The clock of the window is up to a second late.
  expect(countdown(600_999)).toBe('10:00');
  expect(countdown(-5)).toBe('0:00');
});

test('times of records are shown in UTC', () => {
  expect(utc('2026-11-20T12:58:02.418Z')).toBe('2026-11-20 12:58:02.418 UTC');
  expect(utc('2026-11-20T00:00:00.000Z')).toBe('2026-11-20 00:00:00 UTC');
});
