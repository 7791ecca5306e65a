import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMetadata, isStorableName, parseMetadata, storedTime } from './metadata.ts';
import { codeOf } from './testing/code-of.ts';

const stored = { name: 'a.txt', mtime: '2026-11-22T08:30:15.250Z', mode: 0o640 };

describe('metadata', () => {
  test('is JSON padded to 256 bytes', () => {
    const bytes = encodeMetadata(stored);
    expect(bytes).toHaveLength(256);
    expect(bytes.toString().trimEnd()).toBe(
      '{"name":"a.txt","mtime":"2026-11-22T08:30:15.250Z","mode":416}',
    );
    expect(encodeMetadata({ ...stored, name: 'x'.repeat(255) })).toHaveLength(512);
  });

  test('leaves set-id and sticky bits and the file type out', () => {
    expect(parseMetadata(encodeMetadata({ ...stored, mode: 0o106755 })).mode).toBe(0o755);
  });

  test('is refused quickly if it is mostly spaces', () => {
    const bytes = Buffer.alloc(4_194_304, ' ');
    bytes.write('x', bytes.length - 1);
    expect(codeOf(() => parseMetadata(bytes))).toBe('metadata-damaged');
  });

  test('is read only from bytes that a writer produces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), (bytes) => {
        expect(codeOf(() => parseMetadata(bytes))).toBe('metadata-damaged');
      }),
    );
    expect(codeOf(() => parseMetadata(Buffer.alloc(0)))).toBe('metadata-damaged');
  });
});

describe('a name', () => {
  test.each(['a', '.profile', 'שלום', '👩‍💻', 'a:b', ' a ', 'CON', '"', '...', 'ä'.repeat(127)])(
    'may be %j',
    (name) => {
      expect(parseMetadata(encodeMetadata({ ...stored, name })).name).toBe(name);
    },
  );

  test.each([
    ...['', '.', '..', 'a/b', '/', 'a\\b', 'a\0', 'a\nb', '\x7f', '\x85', '\ud800', 'a\udc00b'],
    ...['ä'.repeat(128), 'x'.repeat(256)],
  ])('may not be %j', (name) => {
    expect(isStorableName(name)).toBe(false);
    expect(codeOf(() => encodeMetadata({ ...stored, name }))).toBe('name-unusable');
  });
});

describe('a time', () => {
  test('is written in UTC with milliseconds', () => {
    expect(storedTime(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(storedTime(-0.5)).toBe('1970-01-01T00:00:00.000Z');
    expect(storedTime(1_700_000_000_123.9)).toBe('2023-11-14T22:13:20.123Z');
  });

  test('is clamped to the years 0001 to 9999', () => {
    expect(storedTime(-1e15)).toBe('0001-01-01T00:00:00.000Z');
    expect(storedTime(1e15)).toBe('9999-12-31T23:59:59.999Z');
    for (const mtime of [storedTime(-1e15), storedTime(1e15)])
      expect(parseMetadata(encodeMetadata({ ...stored, mtime })).mtime).toBe(mtime);
  });
});
