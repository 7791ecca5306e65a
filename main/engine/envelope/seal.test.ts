import { describe, expect, test } from 'vitest';
import { segmentAad } from './aad.ts';
import type { FileCipher } from './cipher.ts';
import { parseHeader, type ParsedHeader } from './header.ts';
import { hostCipher } from './host-cipher.ts';
import { segmentNonce, sealNonce } from './nonces.ts';
import { checkSeal, makeSeal } from './seal.ts';
import { codeOf } from './testing/code-of.ts';
import { derive } from './testing/deterministic.ts';
import { readFile } from './testing/read-file.ts';
import { salamander } from './testing/salamander.ts';
import { makeSample } from './testing/samples.ts';

const sample = makeSample({ size: 4096 });
const header = parseHeader(sample.file);
const other = derive('seal/other-dek', 32);

/** A token that makes its own nonces. */
const ownNonces = (dek: Buffer): FileCipher => {
  const host = hostCipher(dek);
  return {
    callerNonce: false,
    encrypt: (_, aad, plaintext) => host.encrypt(derive('seal/own-nonce', 12), aad, plaintext),
    decrypt: (nonce, aad, data) => host.decrypt(nonce, aad, data),
  };
};

const changed = (part: 'sealed' | 'seal', offset: number): ParsedHeader => {
  const bytes = Buffer.from(header[part]);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  return { ...header, [part]: bytes };
};

describe('the seal', () => {
  test('keeps the nonce that the token made', () => {
    const seal = makeSeal(ownNonces(sample.dek), header.sealed, sealNonce(Buffer.alloc(11)));
    expect(seal).toHaveLength(60);
    expect(seal.subarray(0, 12)).toEqual(derive('seal/own-nonce', 12));
    const parsed = { ...header, sealNonce: seal.subarray(0, 12), seal: seal.subarray(12) };
    expect(codeOf(() => checkSeal(ownNonces(sample.dek), parsed))).toBe('success');
  });

  test('is not made by a cipher with other lengths', () => {
    const short: FileCipher = {
      ...hostCipher(sample.dek),
      encrypt: (nonce, _, plaintext) => ({ nonce, data: plaintext }),
    };
    expect(() => makeSeal(short, header.sealed, sealNonce(Buffer.alloc(11)))).toThrow('length');
  });

  test('distinguishes a wrong key from an altered header', () => {
    const cipher = hostCipher(sample.dek);
    expect(codeOf(() => checkSeal(cipher, header))).toBe('success');
    expect(codeOf(() => checkSeal(hostCipher(other), header))).toBe('wrong-body-key');
    expect(codeOf(() => checkSeal(cipher, changed('sealed', 40)))).toBe('header-altered');
    expect(codeOf(() => checkSeal(cipher, changed('seal', 47)))).toBe('header-altered');
    expect(codeOf(() => checkSeal(cipher, changed('seal', 0)))).toBe('wrong-body-key');
  });

  test('is refused without naming a cause if the token makes the nonce', () => {
    expect(codeOf(() => checkSeal(ownNonces(other), header))).toBe('header-altered');
    expect(codeOf(() => checkSeal(ownNonces(sample.dek), changed('seal', 0)))).toBe(
      'header-altered',
    );
  });
});

describe('a file made to decrypt with two keys', () => {
  const keys = [sample.dek, other] as const;
  const contentOffset = 512 + 256 + 28;
  const nonce = segmentNonce(1);
  const aad = segmentAad(header.hash, 1, true);
  const ciphertext = sample.file.subarray(contentOffset + 12, contentOffset + 12 + 4096);
  const data = salamander(keys, nonce, aad, ciphertext, 100);
  const file = Buffer.concat([sample.file.subarray(0, contentOffset), nonce, data]);

  test('fools GCM', () => {
    const [first, second] = keys.map((dek) => hostCipher(dek).decrypt(nonce, aad, data));
    expect(first).toHaveLength(4096);
    expect(second).toHaveLength(4096);
    expect(first).not.toEqual(second);
  });

  test('decrypts only with the key that the seal commits to', () => {
    expect(codeOf(() => readFile(file, { dek: sample.dek }))).toBe('success');
    expect(codeOf(() => readFile(file, { dek: other }))).toBe('wrong-body-key');
  });

  test('cannot have a seal that commits to both', () => {
    const zeros = hostCipher(sample.dek).encrypt(header.sealNonce, header.sealed, Buffer.alloc(32));
    const seal = salamander(
      keys,
      header.sealNonce,
      header.sealed,
      Buffer.from(zeros.data.subarray(0, 32)),
      1,
    );
    for (const dek of keys) {
      expect(hostCipher(dek).decrypt(header.sealNonce, header.sealed, seal)).toHaveLength(32);
      expect(codeOf(() => checkSeal(hostCipher(dek), { ...header, seal }))).toBe('wrong-body-key');
    }
  });
});
