import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHeader, headerHash, parseHeader } from './header.ts';
import { hostCipher } from './host-cipher.ts';
import { isStorableName } from './metadata.ts';
import { sealNonce } from './nonces.ts';
import { makeSeal } from './seal.ts';
import { codeOf } from './testing/code-of.ts';
import { derive } from './testing/deterministic.ts';
import { readFile } from './testing/read-file.ts';
import { makeSample, sampleFixed, sampleSlots, type Sample } from './testing/samples.ts';
import { encryptWhole } from './whole.ts';

const S = 4096;
const SIZES = [0, 1, S - 1, S, S + 1, 2 * S];

const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter(isStorableName);
const metadata = fc.record({
  name: names,
  mtime: fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  mode: fc.integer({ min: 0, max: 0o777 }),
});

describe('a file', () => {
  test('comes back as it was, through every slot', () => {
    const request = fc.record({
      size: fc.oneof(fc.constantFrom(...SIZES), fc.integer({ min: 0, max: 20_000 })),
      segment: fc.constantFrom(4096, 8192, 65_536),
      slots: fc.integer({ min: 1, max: 16 }),
      wrap: fc.constantFrom('A256KW' as const, 'A256GCMKW' as const),
      label: fc.nat(99).map((number) => `property/${number}`),
      metadata,
    });
    fc.assert(
      fc.property(request, (asked) => {
        const sample = makeSample(asked);
        for (const key of sample.keys) {
          const opened = readFile(sample.file, { key });
          expect(opened.content.equals(sample.content)).toBe(true);
          expect(opened.metadata).toEqual(sample.metadata);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('is not written if its parts do not match its header', () => {
    const { dek, fixed } = makeSample({ size: 5 });
    const parts = {
      cipher: hostCipher(dek),
      fixed,
      slots: sampleSlots(headerHash(fixed)),
      metadata: Buffer.alloc(256),
      content: Buffer.alloc(5),
      sealRandom: Buffer.alloc(11),
    };
    expect(() => encryptWhole({ ...parts, content: Buffer.alloc(4) })).toThrow(RangeError);
    expect(() => encryptWhole({ ...parts, metadata: Buffer.alloc(255) })).toThrow(RangeError);
    expect(() => encryptWhole({ ...parts, sealRandom: Buffer.alloc(12) })).toThrow(RangeError);
    expect(() => encryptWhole({ ...parts, areaLength: 700 })).toThrow(RangeError);
    expect(() => encryptWhole({ ...parts, slots: [] })).toThrow();
  });
});

const refuses = (file: Buffer, sample: Sample): boolean =>
  codeOf(() => readFile(file, { dek: sample.dek })) !== 'success';

const flips = (offset: number): number[] => [1 << (offset % 8), 0xff];

describe.each(SIZES)('of a file with %i bytes', (size) => {
  const sample = makeSample({ size });

  test('every changed byte is noticed', () => {
    const file = Buffer.from(sample.file);
    const unnoticed: number[] = [];
    for (const [offset, byte] of sample.file.entries()) {
      for (const flip of flips(offset)) {
        file[offset] = byte ^ flip;
        if (!refuses(file, sample)) unnoticed.push(offset);
      }
      file[offset] = byte;
    }
    expect(unnoticed).toEqual([]);
    expect(refuses(file, sample)).toBe(false);
  });

  test('every other length is noticed', () => {
    const longer = Buffer.concat([sample.file, sample.file]);
    const unnoticed: number[] = [];
    for (let length = 0; length <= longer.length; length += 1)
      if (!refuses(longer.subarray(0, length), sample)) unnoticed.push(length);
    expect(unnoticed).toEqual([sample.file.length]);
  });
});

test.each(['A256KW', 'A256GCMKW'] as const)(
  'every changed byte of a %s header is noticed through its slot',
  (wrap) => {
    const { file, keys } = makeSample({ size: 1, wrap });
    const [key = Buffer.alloc(0)] = keys;
    const unnoticed = Array.from({ length: 512 }, (_, offset) => offset).filter((offset) => {
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(offset) ^ (1 << (offset % 8)), offset);
      return codeOf(() => readFile(changed, { key })) === 'success';
    });
    expect(unnoticed).toEqual([]);
  },
);

const takeApart = (file: Buffer) => {
  const { sealed, areaLength } = parseHeader(file);
  const text = sealed.toString('latin1', 12).trimEnd();
  const end = text.indexOf('\n') + 1;
  return {
    start: sealed.subarray(0, 12),
    line1: text.slice(0, end),
    line2: `${text.slice(end)}\n`,
    seal: file.subarray(sealed.length, areaLength),
    segments: file.subarray(areaLength),
  };
};

const THREE = [0, 1, 2];
const EVERY_MIX = THREE.flatMap((line1) =>
  THREE.flatMap((slots) =>
    THREE.flatMap((seal) => THREE.map((body) => ({ line1, slots, seal, body }))),
  ),
);

test.each(['A256KW', 'A256GCMKW'] as const)(
  'of three files with %s slots, no header, slots, seal and body fit but those of one file',
  (wrap) => {
    const files = THREE.map((number) => {
      const sample = makeSample({ size: 5000, label: `splice/${number}`, wrap });
      return { ...sample, ...takeApart(sample.file) };
    });
    const file = (number: number) => files[number] ?? expect.fail('there are three files');
    const opened = EVERY_MIX.filter(({ line1, slots, seal, body }) => {
      const header = Buffer.alloc(452, ' ');
      header.set(file(line1).start);
      header.write(file(line1).line1 + file(slots).line2, 12, 'latin1');
      const mixed = Buffer.concat([header, file(seal).seal, file(body).segments]);
      const keys = file(slots).keys.map((key) => ({ key }));
      const secrets = [...keys, ...files.map(({ dek }) => ({ dek }))];
      return secrets.some((secret) => codeOf(() => readFile(mixed, secret)) === 'success');
    });
    expect(opened).toEqual(THREE.map((n) => ({ line1: n, slots: n, seal: n, body: n })));
  },
);

describe('a rewrap', () => {
  const old = makeSample({ size: 9000 });
  const header = parseHeader(old.file);
  const slots = sampleSlots(header.hash, { slots: 16 });
  const sealed = encodeHeader(header.fixed, slots);
  const seal = makeSeal(hostCipher(old.dek), sealed, sealNonce(derive('rewrap/seal', 11)));
  const rewrapped = Buffer.concat([sealed, seal, old.file.subarray(header.areaLength)]);

  test('changes slots and area but no segment', () => {
    expect(parseHeader(rewrapped).areaLength).toBeGreaterThan(header.areaLength);
    for (let number = 0; number < 16; number += 1) {
      const opened = readFile(rewrapped, { key: derive(`sample/key/${number}`, 32) });
      expect(opened.content.equals(old.content)).toBe(true);
    }
  });

  test('needs a new seal', () => {
    const kept = Buffer.concat([sealed, old.file.subarray(header.areaLength - 60)]);
    expect(codeOf(() => readFile(kept, { dek: old.dek }))).toBe('header-altered');
  });
});

test('the default area is 1024 bytes', () => {
  const fixed = sampleFixed();
  expect(encodeHeader(fixed, sampleSlots(headerHash(fixed)))).toHaveLength(1024 - 60);
});
