import { expect, test } from 'vitest';
import { compareNames } from './names.ts';

test('names are listed as people count', () => {
  const names = ['part 10', 'Part 2', 'part 2', 'part 1', 'b', 'part 02', 'ä', 'Z'];
  const sorted = ['ä', 'b', 'part 1', 'part 02', 'part 2', 'Part 2', 'part 10', 'Z'];
  expect(names.toSorted(compareNames)).toEqual(sorted);
});

test('two names that look the same still have a fixed order', () => {
  expect(compareNames('e\u0301', '\u00e9')).toBe(-1);
  expect(compareNames('\u00e9', 'e\u0301')).toBe(1);
  expect(compareNames('a', 'a')).toBe(0);
});
