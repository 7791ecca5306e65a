import { createCipheriv } from 'node:crypto';

// A ciphertext whose tag verifies under two keys ("invisible salamander"; Dodis, Grubbs, Ristenpart
// and Woodage, CRYPTO 2018). GCM's tag is linear in the ciphertext: one free block solves for it.

type Element = bigint;

/** The reduction of NIST SP 800-38D, section 6.3; the leftmost bit is the coefficient of x^0. */
const R = 0xe1n << 120n;

const multiply = (x: Element, y: Element): Element => {
  let product = 0n;
  let shifted = y;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if ((x >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ R : shifted >> 1n;
  }
  return product;
};

const ONE = 1n << 127n;

const power = (base: Element, exponent: bigint): Element => {
  let result = ONE;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    result = multiply(result, result);
    if ((exponent >> bit) & 1n) result = multiply(result, base);
  }
  return result;
};

const inverse = (value: Element): Element => power(value, (1n << 128n) - 2n);

const toElement = (block: Buffer): Element => BigInt(`0x${block.toString('hex')}`);

const toBlock = (value: Element): Buffer =>
  Buffer.from(value.toString(16).padStart(32, '0'), 'hex');

const encryptBlock = (key: Buffer, block: Buffer): Element =>
  toElement(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block));

const blocks = (bytes: Buffer): Element[] => {
  const padded = Buffer.concat([bytes], Math.ceil(bytes.length / 16) * 16);
  return Array.from({ length: padded.length / 16 }, (_, i) =>
    toElement(padded.subarray(16 * i, 16 * i + 16)),
  );
};

/** GHASH and the tag's mask under one key. */
const tagOf = (key: Buffer, nonce: Buffer, aad: Buffer, ciphertext: Buffer): Element => {
  const h = encryptBlock(key, Buffer.alloc(16));
  const lengths = (BigInt(aad.length * 8) << 64n) | BigInt(ciphertext.length * 8);
  const hashed = [...blocks(aad), ...blocks(ciphertext), lengths];
  const ghash = hashed.reduce((sum, block) => multiply(sum ^ block, h), 0n);
  return ghash ^ encryptBlock(key, Buffer.concat([nonce, Buffer.of(0, 0, 0, 1)]));
};

/**
 * Replaces one block of a ciphertext (whole blocks) so that one tag verifies under both keys.
 * Gives ciphertext ‖ tag.
 */
export const salamander = (
  [first, second]: readonly [Buffer, Buffer],
  nonce: Buffer,
  aad: Buffer,
  ciphertext: Buffer,
  free: number,
): Buffer => {
  const forged = Buffer.from(ciphertext);
  forged.fill(0, 16 * free, 16 * free + 16);
  const missing = tagOf(first, nonce, aad, forged) ^ tagOf(second, nonce, aad, forged);
  const exponent = BigInt(forged.length / 16 - free + 1);
  const weight = (key: Buffer) => power(encryptBlock(key, Buffer.alloc(16)), exponent);
  const block = multiply(missing, inverse(weight(first) ^ weight(second)));
  forged.set(toBlock(block), 16 * free);
  return Buffer.concat([forged, toBlock(tagOf(first, nonce, aad, forged))]);
};
