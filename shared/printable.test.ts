import { describe, expect, it } from 'vitest';
import { printable, printableJson } from './printable.ts';

describe('text from outside', () => {
  it.each([
    ['a cursor that is moved', 'a\u001b[2Jb', 'a\\u{1b}[2Jb'],
    ['a control of eight bits', 'a\u009b2Jb', 'a\\u{9b}2Jb'],
    ['an order turned round', 'rtl\u202egnp.exe', 'rtl\\u{202e}gnp.exe'],
    ['an isolate', 'a\u2066b\u2069', 'a\\u{2066}b\\u{2069}'],
    ['a line that is added', 'a\nb\r\tc\u2028d', 'a\\u{a}b\\u{d}\\u{9}c\\u{2028}d'],
    ['letters that are not seen', 'a\u200bb\u3164\u{e0041}', 'a\\u{200b}b\\u{3164}\\u{e0041}'],
    ['a joiner that joins nothing', 'pay\u200dpal', 'pay\\u{200d}pal'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
  ])('shows %s', (_, text, shown) => expect(printable(text)).toBe(shown));

  it.each(['Ελληνικά 日本語 العربية', 'می‌خواهم', 'क्‍ष', '👩‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'Verträge\u00a02026'])(
    'is left alone where it is only another script: %s',
    (text) => expect(printable(text)).toBe(text),
  );

  it('says the same in JSON', () => {
    const value = { name: 'a\u202eb\u{e0041}\u009b', at: ['\u001b\n'] };
    const text = printableJson(JSON.stringify(value, null, 2));
    expect(JSON.parse(text)).toEqual(value);
    expect(text.replaceAll('\n', '')).toMatch(/^[ -~]*$/);
  });
});
