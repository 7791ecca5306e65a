import { describe, expect, it } from 'vitest';
import { formatBytes, formatTable } from './format.ts';

describe('what a terminal shows', () => {
  it('cannot be changed by a file name', () => {
    const name = 'a\u001b[2Jb\u202egpj.exe\nc';
    expect(formatTable(['NAME', 'ID'], [[name, '1']])).toEqual([
      `NAME${' '.repeat(30)}ID`,
      'a\\u{1b}[2Jb\\u{202e}gpj.exe\\u{a}c  1',
    ]);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 ** 3 * 3, '3.0 GiB'],
    [1024 ** 5, '1024.0 TiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
