import { createCipheriv } from 'node:crypto';

/*
 * The two algorithms a token's answers are compared with and that node:crypto does not offer
 * everywhere: Electron's BoringSSL has neither id-aes256-wrap nor CMAC.
 */

const BLOCK = 16;
const HALF = 8;

const encryptBlock = (key: Buffer, block: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
};

/** RFC 3394 §2.2.1, "Alternative Description", with the default initial value of §2.2.3.1. */
export const wrapRfc3394 = (kek: Buffer, key: Buffer): Buffer => {
  const blob = Buffer.concat([Buffer.alloc(HALF, 0xa6), key]);
  const parts = key.length / HALF;
  for (let t = 1; t <= 6 * parts; t++) {
    const at = (((t - 1) % parts) + 1) * HALF;
    const block = Buffer.concat([blob.subarray(0, HALF), blob.subarray(at, at + HALF)]);
    const mixed = encryptBlock(kek, block);
    mixed.writeUInt32BE((mixed.readUInt32BE(4) ^ t) >>> 0, 4);
    mixed.copy(blob, 0, 0, HALF);
    mixed.copy(blob, at, HALF, BLOCK);
  }
  return blob;
};

/** Doubling in GF(2^128), the subkey step of RFC 4493 §2.3. */
const double = (block: Buffer): Buffer => {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n === 0n ? value : (value & ((1n << 128n) - 1n)) ^ 0x87n;
  return Buffer.from(reduced.toString(16).padStart(2 * BLOCK, '0'), 'hex');
};

/** AES-CMAC of exactly one block (RFC 4493 §2.4): E(K, M xor K1). */
export const cmacOfBlock = (key: Buffer, block: Buffer): Buffer => {
  const subkey = double(encryptBlock(key, Buffer.alloc(BLOCK)));
  return encryptBlock(key, Buffer.from(block.map((byte, i) => byte ^ (subkey[i] ?? 0))));
};
