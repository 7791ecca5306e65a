import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Failure } from '../../../../shared/failure.ts';
import type { KeyId } from '../../../../shared/ids.ts';
import { slotAad } from '../aad.ts';
import { hostCipher } from '../host-cipher.ts';
import type { ParsedHeader, Slot, SlotWrap } from '../header.ts';

// What a token does to slots, done in software, so that vectors can be made and opened anywhere.

/** The default initial value of RFC 3394, section 2.2.3.1. */
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);

const wrapKey = (kek: Uint8Array, dek: Uint8Array): Buffer => {
  const cipher = createCipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
  return Buffer.concat([cipher.update(dek), cipher.final()]);
};

const unwrapKey = (kek: Uint8Array, wrapped: Uint8Array): Buffer | null => {
  const decipher = createDecipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return null;
  }
};

const encryptBlock = (key: Uint8Array, block: Uint8Array): Buffer =>
  createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);

/** Doubling in GF(2^128), RFC 4493, section 2.3. */
const double = (block: Buffer): Buffer => {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n === 0n ? value : (value & ((1n << 128n) - 1n)) ^ 0x87n;
  return Buffer.from(reduced.toString(16).padStart(32, '0'), 'hex');
};

/** The first 3 bytes of AES-CMAC over one zero block: the key's check value. */
export const checkValue = (key: Uint8Array): string =>
  encryptBlock(key, double(encryptBlock(key, Buffer.alloc(16))))
    .subarray(0, 3)
    .toString('hex');

export interface SlotRequest {
  readonly key: KeyId;
  readonly version: number;
  readonly kcv: string;
  readonly wrap: SlotWrap;
  readonly kek: Uint8Array;
  readonly dek: Uint8Array;
  /** H of the file. */
  readonly hash: Uint8Array;
  /** For A256GCMKW, 12 bytes. */
  readonly nonce: Uint8Array;
}

export const makeSlot = ({ kek, dek, hash, nonce, ...slot }: SlotRequest): Slot => {
  if (slot.wrap === 'A256KW') return { ...slot, dek: wrapKey(kek, dek) };
  const aad = slotAad(hash, { ...slot, dek });
  return { ...slot, dek: Buffer.concat([nonce, hostCipher(kek).encrypt(nonce, aad, dek).data]) };
};

const openSlot = (header: ParsedHeader, slot: Slot, kek: Uint8Array): Uint8Array | null => {
  if (slot.wrap === 'A256KW') return unwrapKey(kek, slot.dek);
  const nonce = slot.dek.subarray(0, 12);
  return hostCipher(kek).decrypt(nonce, slotAad(header.hash, slot), slot.dek.subarray(12));
};

/** The file key, from the first slot that this key opens. */
export const openSlots = (header: ParsedHeader, kek: Uint8Array): Uint8Array => {
  for (const slot of header.slots) {
    const dek = openSlot(header, slot, kek);
    if (dek !== null) return dek;
  }
  const kcv = checkValue(kek);
  const ours = header.slots.some((slot) => slot.kcv === kcv);
  throw ours
    ? new Failure('header-altered', 'A slot of this key was changed.')
    : new Failure('wrong-key', 'No slot opens with this key.');
};
