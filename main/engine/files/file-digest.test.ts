import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmFor, PIECE_BYTES } from '../../../shared/file-digest.ts';
import { digestOf, digestOfPieces, FileDigester } from './file-digest.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const content = randomBytes(3 * PIECE_BYTES + 1);

const piecesOf = (file: Uint8Array): Buffer => {
  const digests = [];
  for (let at = 0; at < file.length; at += PIECE_BYTES)
    digests.push(sha256(file.subarray(at, at + PIECE_BYTES)));
  return Buffer.concat(digests);
};

describe('the digest of a file', () => {
  it('is plain SHA-256 up to one piece, and that of the pieces above', () => {
    const one = content.subarray(0, PIECE_BYTES);
    expect(digestOf(one)).toEqual({ algorithm: 'sha256', hex: sha256(one).toString('hex') });
    for (const length of [PIECE_BYTES + 1, 2 * PIECE_BYTES, content.length]) {
      const file = content.subarray(0, length);
      const hex = sha256(piecesOf(file)).toString('hex');
      expect(digestOf(file)).toEqual({ algorithm: 'sha256-4m', hex });
      expect(digestOfPieces(piecesOf(file))).toEqual(digestOf(file));
    }
    expect(digestOfPieces(sha256(one))).toEqual(digestOf(one));
  });

  it('does not depend on how the file is cut up', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: content.length }), { maxLength: 12 });
    const around = fc.integer({ min: -2, max: 1 }).map((by) => content.length - PIECE_BYTES + by);
    fc.assert(
      fc.property(cuts, around, (places, length) => {
        const file = content.subarray(0, length);
        const digester = new FileDigester(algorithmFor(length));
        const ends = [...places.filter((at) => at < length), length].toSorted((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          digester.update(file.subarray(from, end));
          from = end;
        }
        expect(digester.digest()).toEqual(digestOf(file));
      }),
      { numRuns: 20 },
    );
  });
});
