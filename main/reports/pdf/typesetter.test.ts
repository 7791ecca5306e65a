import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { styles } from './theme.ts';
import { Paper } from './paper.ts';
import { visible } from './runs.ts';
import type { Typesetter } from './typesetter.ts';

let type: Typesetter;
beforeAll(() => {
  const info = { title: '', subject: '', author: '', keywords: '', made: new Date(0) };
  const paper = new Paper(info);
  paper.addPage();
  type = paper.type;
});

const scripts = [
  '/home/officer',
  'договор',
  '重要書類',
  '계약서',
  'عقد',
  'חוזה',
  '👩‍💻',
  ' ',
  '-',
  'ffi',
  '\u202e',
];
const names = fc
  .array(fc.constantFrom(...scripts), { maxLength: 24 })
  .map((parts) => parts.join(''));

test('breaking loses nothing and keeps to the width', () => {
  fc.assert(
    fc.property(names, fc.integer({ min: 60, max: 400 }), (name, width) => {
      const lines = type.lines(name, styles.cell, width);
      expect(lines.join('')).toBe(visible(name));
      for (const line of lines)
        expect(type.width(line.trimEnd(), styles.cell)).toBeLessThanOrEqual(width + 0.01);
    }),
  );
});

test('what is cut short ends in an ellipsis and still fits', () => {
  const lines = type.lines('/a/very/long/path/'.repeat(20), styles.cell, 150, 2);
  expect(lines).toHaveLength(2);
  expect(lines[1]?.endsWith('…')).toBe(true);
  expect(type.width(lines[1] ?? '', styles.cell)).toBeLessThanOrEqual(150);
});

test('paths break at separators, ideographs anywhere', () => {
  expect(type.lines('/alpha/beta', styles.cell, 40)).toEqual(['/alpha/', 'beta']);
  expect(type.lines('重要書類', styles.cell, 20)).toEqual(['重要', '書類']);
});
