import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHeader, headerHash, parseHeader, type FixedHeader } from './header.ts';
import {
  checkFileLength,
  fileLength,
  isFinal,
  segmentCount,
  segmentLength,
  segmentOffset,
} from './layout.ts';
import { codeOf } from './testing/code-of.ts';
import { sampleFixed, sampleSlots } from './testing/samples.ts';

/** The same, in integers without bounds and one segment at a time. */
const slowOffsets = (areaLength: bigint, fixed: FixedHeader): bigint[] => {
  const offsets = [areaLength, areaLength + BigInt(fixed.meta) + 28n];
  for (let rest = BigInt(fixed.size); rest > 0n; rest -= BigInt(fixed.segment)) {
    const length = rest < BigInt(fixed.segment) ? rest : BigInt(fixed.segment);
    offsets.push((offsets.at(-1) ?? 0n) + length + 28n);
  }
  return offsets;
};

const exponent = fc.integer({ min: 12, max: 22 });

describe('the layout', () => {
  test('places one segment after the other', () => {
    const request = fc.record({
      exponent,
      segments: fc.integer({ min: 0, max: 40 }),
      rest: fc.nat(),
    });
    fc.assert(
      fc.property(request, ({ exponent, segments, rest }) => {
        const segment = 2 ** exponent;
        const fixed = sampleFixed({ segment, size: segments * segment + (rest % segment) });
        const offsets = slowOffsets(1024n, fixed);
        const count = segmentCount(fixed);
        expect(count).toBe(offsets.length - 2);
        for (let index = 0; index <= count; index += 1) {
          expect(BigInt(segmentOffset(1024, fixed, index))).toBe(offsets[index]);
          const end = offsets[index + 1] ?? 0n;
          expect(segmentOffset(1024, fixed, index) + segmentLength(fixed, index) + 28).toBe(
            Number(end),
          );
          expect(segmentLength(fixed, index)).toBeGreaterThan(0);
          expect(isFinal(fixed, index)).toBe(index === count);
        }
        expect(BigInt(fileLength(1024, fixed))).toBe(offsets.at(-1));
      }),
    );
  });

  test('is exact up to 2^48 bytes', () => {
    const sizes = fc.bigInt({ min: 2n ** 48n - 2n ** 24n, max: 2n ** 48n });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 17, max: 22 }), (size, exponent) => {
        const segment = 2n ** BigInt(exponent);
        const fixed = sampleFixed({ segment: Number(segment), size: Number(size) });
        const count = (size + segment - 1n) / segment;
        const content = 65_024n + 256n + 28n;
        const last = content + (count - 1n) * (segment + 28n);
        expect(BigInt(segmentCount(fixed))).toBe(count);
        expect(BigInt(segmentOffset(65_024, fixed, Number(count)))).toBe(last);
        expect(BigInt(segmentLength(fixed, Number(count)))).toBe(size - (count - 1n) * segment);
        expect(BigInt(fileLength(65_024, fixed))).toBe(content + size + 28n * count);
      }),
    );
  });

  test('has no segment outside it', () => {
    const fixed = sampleFixed({ size: 4097 });
    for (const index of [-1, 3, 0.5, Number.NaN])
      for (const ask of [segmentLength, isFinal])
        expect(() => ask(fixed, index)).toThrow(RangeError);
    expect(() => segmentOffset(512, fixed, 3)).toThrow(RangeError);
  });

  test('distinguishes too short from too long', () => {
    const fixed = sampleFixed({ size: 2 ** 48, segment: 2 ** 17 });
    const length = fileLength(1024, fixed);
    expect(codeOf(() => checkFileLength(1024, fixed, length))).toBe('success');
    expect(codeOf(() => checkFileLength(1024, fixed, length - 1))).toBe('cut-short');
    expect(codeOf(() => checkFileLength(1024, fixed, length + 1))).toBe('trailing-data');
  });
});

describe('the largest file', () => {
  const header = (change: Partial<FixedHeader>): Buffer => {
    const fixed = sampleFixed(change);
    const sealed = encodeHeader(fixed, sampleSlots(headerHash(fixed)));
    return Buffer.concat([sealed, Buffer.alloc(60)]);
  };

  test('has 2^48 bytes in fewer than 2^32 segments', () => {
    const { fixed } = parseHeader(header({ size: 2 ** 48, segment: 2 ** 17 }));
    expect(segmentCount(fixed)).toBe(2 ** 31);
    const most = sampleFixed({ size: (2 ** 32 - 1) * 4096 });
    expect(segmentCount(parseHeader(header(most)).fixed)).toBe(2 ** 32 - 1);
  });

  test.each([
    { size: 2 ** 48 + 1, segment: 2 ** 22 },
    { size: 2 ** 48, segment: 2 ** 16 },
    { size: (2 ** 32 - 1) * 4096 + 1 },
    { size: -1 },
    { size: 0.5 },
    { segment: 4095 },
    { meta: 0 },
    { meta: 4097 },
  ])('is not passed by a writer: %o', (change) => {
    expect(() => header(change)).toThrow();
  });
});
