import { describe, expect, it } from 'vitest';
import { algorithmFor, digestIn, PIECE_BYTES } from './file-digest.ts';

const hex = 'a5'.repeat(32);

describe('the digest in a record', () => {
  it('of earlier versions is SHA-256 for files of any size', () => {
    for (const encryptedBytes of [1, PIECE_BYTES, PIECE_BYTES + 1, undefined])
      expect(digestIn({ sha256: hex, encryptedBytes })).toEqual({ algorithm: 'sha256', hex });
  });

  it('is one of pieces for files of more than one piece only', () => {
    const large = { 'sha256-4m': hex, encryptedBytes: PIECE_BYTES + 1 };
    expect(digestIn(large)).toEqual({ algorithm: 'sha256-4m', hex });
    for (const encryptedBytes of [0, PIECE_BYTES, undefined, String(PIECE_BYTES + 1)])
      expect(digestIn({ ...large, encryptedBytes })).toBeNull();
  });

  it('is 64 lower-case hex digits or none', () => {
    for (const sha256 of ['', hex.slice(1), `${hex}0`, hex.toUpperCase(), 5, null])
      expect(digestIn({ sha256 })).toBeNull();
  });

  it('is chosen by the size of the encrypted file', () => {
    expect([0, PIECE_BYTES, PIECE_BYTES + 1].map(algorithmFor)).toEqual([
      'sha256',
      'sha256',
      'sha256-4m',
    ]);
  });
});
