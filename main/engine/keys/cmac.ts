import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const ZERO = Buffer.alloc(BLOCK);

/** Doubling in GF(2^128): RFC 4493 section 2.3. */
const double = (block: Buffer): Buffer => {
  const result = Buffer.alloc(BLOCK);
  let carry = 0;
  for (let i = BLOCK - 1; i >= 0; i--) {
    const byte = block.readUInt8(i);
    result.writeUInt8(((byte << 1) & 0xff) | carry, i);
    carry = byte >> 7;
  }
  if (carry === 1) result.writeUInt8(result.readUInt8(BLOCK - 1) ^ 0x87, BLOCK - 1);
  return result;
};

const encryptCbc = (key: Uint8Array, data: Uint8Array): Buffer => {
  const cipher = createCipheriv('aes-256-cbc', key, ZERO).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
};

const xorInto = (target: Buffer, mask: Buffer): void => {
  for (let i = 0; i < BLOCK; i++) target.writeUInt8(target.readUInt8(i) ^ mask.readUInt8(i), i);
};

/**
 * AES-256-CMAC, RFC 4493 (NIST SP 800-38B): node:crypto has no interface for it.
 * @param key 32 bytes
 * @returns 16 bytes
 */
export const aesCmac = (key: Uint8Array, message: Uint8Array): Buffer => {
  const subkey1 = double(encryptCbc(key, ZERO));
  const wholeBlocks = Math.max(1, Math.ceil(message.length / BLOCK));
  const padded = Buffer.alloc(wholeBlocks * BLOCK);
  padded.set(message);
  const last = padded.subarray(-BLOCK);
  const complete = message.length === padded.length;
  if (!complete) last.writeUInt8(0x80, message.length % BLOCK);
  xorInto(last, complete ? subkey1 : double(subkey1));
  const mac = Buffer.from(encryptCbc(key, padded).subarray(-BLOCK));
  padded.fill(0);
  return mac;
};

/** Key check value: the first 3 bytes of AES-CMAC over one zero block, as hex. For display only. */
export const kcvOf = (mac: Uint8Array): string => Buffer.from(mac.subarray(0, 3)).toString('hex');

/** The block whose CMAC gives the key check value. */
export const KCV_BLOCK: Uint8Array = new Uint8Array(BLOCK);
