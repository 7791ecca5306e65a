import { expect, test } from 'vitest';
import { shown } from './shown.ts';

test('direction marks are spelt out everywhere, and nothing else changes', () => {
  const said = {
    name: 'rtl\u202egnp.exe',
    keys: [{ label: 'a\u200bb', version: 3, used: null, is: true }],
    'field\u202e': 'x',
    note: 'one\ntwo \u2014 three\n',
    other: '日本語 العربية 👩‍👩‍👧',
    line: '{"name":"rtl\u202egnp.exe"}',
  };
  expect(shown(said)).toEqual({
    name: 'rtl\\u{202e}gnp.exe',
    keys: [{ label: 'a\\u{200b}b', version: 3, used: null, is: true }],
    'field\\u{202e}': 'x',
    note: said.note,
    other: said.other,
    line: said.line,
  });
});
