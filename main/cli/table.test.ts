import { describe, expect, it } from 'vitest';
import { formatTable } from './table.ts';

describe('what a terminal shows', () => {
  it('cannot be changed by a file name', () => {
    const name = 'a\u001b[2Jb\u202egpj.exe\nc';
    expect(formatTable(['NAME', 'ID'], [[name, '1']])).toEqual([
      `NAME${' '.repeat(30)}ID`,
      'a\\u{1b}[2Jb\\u{202e}gpj.exe\\u{a}c  1',
    ]);
  });

  it('keeps columns where characters take two cells, or none', () => {
    const rows = [
      ['契約書', '1'],
      ['cafe\u0301', '2'],
      ['👩‍🚀', '3'],
    ];
    expect(formatTable(['NAME', 'ID'], rows)).toEqual([
      'NAME    ID',
      '契約書  1',
      'cafe\u0301    2',
      '👩‍🚀      3',
    ]);
  });
});
