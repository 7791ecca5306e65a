import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FontFor, RunCutter, visible } from './runs.ts';

const fontFor: FontFor = (grapheme) => {
  if (/\p{Script=Arabic}/u.test(grapheme)) return 'arabic';
  if (/\p{Script=Hebrew}/u.test(grapheme)) return 'hebrew';
  if (/\p{Script=Han}/u.test(grapheme)) return 'han';
  return /\p{Script=Armenian}/u.test(grapheme) ? null : 'regular';
};
const cut = (text: string): string[] => new RunCutter().cut(text, fontFor).map((run) => run.text);

describe('visible text', () => {
  test('shows characters that would hide or reverse a name', () => {
    expect(visible('gpj.\u202eexe')).toBe('gpj.\\u{202e}exe');
    expect(visible('a\u200bb\nc\u0000\ud800')).toBe('a\\u{200b}b\\u{a}c\\u{0}\\u{d800}');
  });

  test('keeps joiners inside emoji, and only there', () => {
    expect(visible('👩‍💻')).toBe('👩‍💻');
    expect(visible('👩🏽‍💻')).toBe('👩🏽‍💻');
    expect(visible('a\u200db')).toBe('a\\u{200d}b');
    expect(visible('\ue000')).toBe('\\u{e000}');
  });

  test('holds nothing invisible, whatever it is made from', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, (name) => {
        expect(visible(name).replace(/\u200d/gu, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u);
      }),
    );
  });
});

describe('runs', () => {
  test('one font, one run; another script, another font', () => {
    const runs = new RunCutter().cut('ab 重要 c', (grapheme) =>
      /\p{Script=Han}/u.test(grapheme) ? 'han' : 'regular',
    );
    expect(runs).toEqual([
      { text: 'ab ', font: 'regular' },
      { text: '重要', font: 'han' },
      { text: ' c', font: 'regular' },
    ]);
  });

  test('a character that no font has is written as its number', () => {
    expect(cut('Հa')).toEqual(['\\u{540}a']);
  });

  test('right-to-left words are ordered by the Unicode Bidirectional Algorithm', () => {
    expect(cut('/a/אב/גד.pdf')).toEqual(['/a/', 'גד', '/', 'אב', '.pdf']);
    expect(cut('x אב 12 y')[0]).toBe('x ');
    expect(cut('אב 12')).toEqual(['12', ' ', 'אב']);
    expect(cut('(אב)')).toEqual(['(', 'אב', ')']);
  });

  test('brackets inside right-to-left text are mirrored', () => {
    expect(cut('א(ב)ג').join('|')).toBe('ג|(|ב|)|א');
  });
});
