import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentAad, slotAad } from './aad.ts';
import { encodeHeader, headerHash, parseHeader, type Slot } from './header.ts';
import { segmentNonce, sealNonce } from './nonces.ts';
import { codeOf } from './testing/code-of.ts';
import { sampleFixed, sampleSlots } from './testing/samples.ts';

const fixed = sampleFixed();
const hash = headerHash(fixed);
const area = (sealed: Buffer): Buffer => Buffer.concat([sealed, Buffer.alloc(60, 0xee)]);

describe('a header', () => {
  test.each([
    [1, 'A256KW', 1024],
    [4, 'A256KW', 1024],
    [6, 'A256KW', 1536],
    [16, 'A256KW', 3072],
    [16, 'A256GCMKW', 3072],
  ] as const)('with %i slots of %s takes %i bytes', (slots, wrap, length) => {
    const sealed = encodeHeader(fixed, sampleSlots(hash, { slots, wrap }));
    expect(sealed).toHaveLength(length - 60);
    expect(sealed.readUInt16BE(10)).toBe(length);
  });

  test('comes back as it was', () => {
    const request = fc.record({
      slots: fc.integer({ min: 1, max: 16 }),
      wrap: fc.constantFrom('A256KW' as const, 'A256GCMKW' as const),
      units: fc.integer({ min: 7, max: 127 }),
    });
    fc.assert(
      fc.property(request, ({ units, ...asked }) => {
        const slots = sampleSlots(hash, asked);
        const sealed = encodeHeader(fixed, slots, units * 512);
        const parsed = parseHeader(Buffer.concat([area(sealed), Buffer.alloc(100)]));
        expect(parsed).toMatchObject({ fixed, slots, areaLength: units * 512, hash });
        expect(parsed.sealed.equals(sealed)).toBe(true);
        expect(parsed.sealNonce.equals(Buffer.alloc(12, 0xee))).toBe(true);
        expect(parsed.seal.equals(Buffer.alloc(48, 0xee))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('does not change with the buffer it was read from', () => {
    const prefix = area(encodeHeader(fixed, sampleSlots(hash)));
    const parsed = parseHeader(prefix);
    const before = Buffer.from(parsed.sealed);
    prefix.fill(0);
    expect(parsed.sealed).toEqual(before);
  });

  test('is never read from arbitrary bytes', () => {
    const start = area(encodeHeader(fixed, sampleSlots(hash))).subarray(0, 12);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1012, maxLength: 1012 }), (bytes) => {
        const code = codeOf(() => parseHeader(Buffer.concat([start, bytes])));
        expect(code).toBe('header-damaged');
      }),
    );
  });

  test('is refused however deeply it is nested', () => {
    const bytes = area(encodeHeader(fixed, sampleSlots(hash), 65_024));
    for (const line of ['['.repeat(30_000), `${'['.repeat(15_000)}${']'.repeat(15_000)}`]) {
      const deep = Buffer.from(bytes);
      deep.fill(' ', 12, deep.length - 60).write(`${line}\n${line}\n`, 12, 'latin1');
      expect(codeOf(() => parseHeader(deep))).toBe('header-damaged');
    }
  });
});

describe('a writer', () => {
  const [slot] = sampleSlots(hash);
  const change = (changes: Partial<Slot>): Slot[] => {
    if (slot === undefined) throw new Error('there is one slot');
    return [{ ...slot, ...changes }];
  };

  test.each([
    ['no slot', []],
    ['seventeen slots', sampleSlots(hash, { slots: 17 })],
    ['version 0', change({ version: 0 })],
    ['version 2^32', change({ version: 2 ** 32 })],
    ['half a version', change({ version: 1.5 })],
    ['a check value in upper case', change({ kcv: 'ABCDEF' })],
    ['a wrapped key of 24 bytes', change({ dek: Buffer.alloc(24) })],
    ['a wrapped key of the other kind', change({ wrap: 'A256GCMKW' })],
    ['one slot twice', [...change({}), ...change({})]],
    [
      'slots of two kinds',
      [...change({ version: 2 }), ...sampleSlots(hash, { wrap: 'A256GCMKW' })],
    ],
  ])('refuses a header with %s', (_, slots) => {
    expect(() => encodeHeader(fixed, slots)).toThrow();
  });

  test('refuses an area of a wrong length', () => {
    for (const length of [0, 511, 700, 65_025, 65_536, 512 * 1.5])
      expect(() => encodeHeader(fixed, sampleSlots(hash), length)).toThrow(RangeError);
    expect(() => encodeHeader(fixed, sampleSlots(hash, { slots: 8 }), 1024)).toThrow(RangeError);
  });
});

describe('what is bound', () => {
  test('a segment: label, H, place and end in 45 bytes', () => {
    const aad = segmentAad(hash, 2 ** 32 - 1, true);
    expect(aad.toString('hex')).toBe(`636c7631${hash.toString('hex')}00000000ffffffff01`);
    expect(segmentAad(hash, 0, false).subarray(36).toString('hex')).toBe('000000000000000000');
  });

  test('a slot: label, H and its text without the wrapped key', () => {
    const [slot] = sampleSlots(hash, { wrap: 'A256GCMKW' });
    if (slot === undefined) throw new Error('there is one slot');
    const text = `{"key":"${slot.key}","version":1,"kcv":"${slot.kcv}","wrap":"A256GCMKW","dek":""}`;
    const expected = Buffer.concat([Buffer.from('clv1slot'), hash, Buffer.from(text)]);
    expect(slotAad(hash, slot)).toEqual(expected);
    expect(slotAad(hash, { ...slot, dek: Buffer.alloc(0) })).toEqual(expected);
  });

  test('nonces of seals and segments are never equal', () => {
    expect(segmentNonce(2 ** 32 - 1).toString('hex')).toBe('0000000000000000ffffffff');
    expect(sealNonce(Buffer.alloc(11)).toString('hex')).toBe('ff0000000000000000000000');
  });
});
