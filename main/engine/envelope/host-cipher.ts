import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { FileCipher } from './cipher.ts';
import { DEK_BYTES, NONCE_BYTES, TAG_BYTES } from './format.ts';

const ALGORITHM = 'aes-256-gcm';
/**
 * node:crypto accepts tags of 4 bytes unless it is told the length.
 * Ours is always the last 16 bytes of the data, and this refuses any other.
 */
const OPTIONS = { authTagLength: TAG_BYTES };
/**
 * Larger outputs are mapped afresh by the allocator each time and cost half as much again: glibc
 * maps what is 128 KiB or more (mallopt(3), M_MMAP_THRESHOLD).
 */
const PIECE_BYTES = 65_536;

interface Transferable {
  transfer?: (length: number) => unknown;
}

/**
 * Overwrites a buffer with zeros and, where the runtime can, gives its memory back at once.
 *
 * Every cipher output is a new buffer. Left to the garbage collector it goes back to the kernel and
 * the next one is faulted in page by page, which costs more than AES itself (four times in
 * Electron). Only a view of its whole buffer may be transferred: a pooled Buffer shares its memory.
 */
export const release = (buffer: Uint8Array): void => {
  buffer.fill(0);
  free(buffer);
};

/** As release, for what is no secret. */
const free = (buffer: Uint8Array): void => {
  const whole = buffer.byteOffset === 0 && buffer.byteLength === buffer.buffer.byteLength;
  const memory: ArrayBufferLike & Transferable = buffer.buffer;
  if (whole) memory.transfer?.(0);
};

/** A released key is empty or all zeros: encrypting with it would protect nothing. */
const usableKey = (dek: Uint8Array): Uint8Array => {
  if (dek.length !== DEK_BYTES || dek.every((byte) => byte === 0))
    throw new Error('the file key has been released or is not 32 bytes long');
  return dek;
};

const checkNonce = (nonce: Uint8Array): void => {
  if (nonce.length !== NONCE_BYTES) throw new RangeError('a nonce is 12 bytes long');
};

interface Updatable {
  update(piece: Uint8Array): Buffer;
}

const transform = (
  cipher: Updatable,
  from: Uint8Array,
  to: Uint8Array,
  discard: (piece: Uint8Array) => void,
): void => {
  const target = Buffer.from(to.buffer, to.byteOffset, to.byteLength);
  for (let offset = 0; offset < from.length; offset += PIECE_BYTES) {
    const piece = cipher.update(from.subarray(offset, offset + PIECE_BYTES));
    // As set() does, which copies word by word where the target is memory that threads share.
    target.fill(piece, offset, offset + piece.length);
    discard(piece);
  }
};

/** The caller's room where there is one of exactly this length; the right length is our contract. */
const roomFor = (length: number, room: Uint8Array | undefined): Uint8Array => {
  if (room === undefined) return Buffer.allocUnsafeSlow(length);
  if (room.length !== length) throw new RangeError('the room has another length');
  return room;
};

const verified = (decipher: { final(): Buffer }): boolean => {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
};

/** One piece is the plaintext already; several are put together. */
const unverified = (
  decipher: Updatable,
  ciphertext: Uint8Array,
  room: Uint8Array | undefined,
): Uint8Array => {
  if (room === undefined && ciphertext.length <= PIECE_BYTES) return decipher.update(ciphertext);
  const plaintext =
    room?.subarray(0, ciphertext.length) ?? Buffer.allocUnsafeSlow(ciphertext.length);
  transform(decipher, ciphertext, plaintext, release);
  return plaintext;
};

const encrypt =
  (dek: Uint8Array): FileCipher['encrypt'] =>
  (nonce, aad, plaintext, room) => {
    checkNonce(nonce);
    if (plaintext.length === 0) throw new RangeError('no segment is ever empty');
    const cipher = createCipheriv(ALGORITHM, usableKey(dek), nonce, OPTIONS);
    cipher.setAAD(aad);
    const data = roomFor(plaintext.length + TAG_BYTES, room);
    transform(cipher, plaintext, data, free);
    cipher.final();
    data.set(cipher.getAuthTag(), plaintext.length);
    return { nonce, data };
  };

const decrypt =
  (dek: Uint8Array): FileCipher['decrypt'] =>
  (nonce, aad, data, room) => {
    checkNonce(nonce);
    const length = data.length - TAG_BYTES;
    if (length < 1) throw new RangeError('no segment is ever empty');
    const decipher = createDecipheriv(ALGORITHM, usableKey(dek), nonce, OPTIONS);
    decipher.setAAD(aad);
    decipher.setAuthTag(data.subarray(length));
    // update() returns plaintext that is not authenticated yet: it stays here until final() succeeds.
    const plaintext = unverified(decipher, data.subarray(0, length), room);
    if (verified(decipher)) return plaintext;
    release(plaintext);
    return null;
  };

/**
 * AES-256-GCM of node:crypto under a file key (32 bytes) that the caller keeps and zeroises.
 * The key is read at each call and never copied: a KeyObject could not be wiped.
 */
export const hostCipher = (dek: Uint8Array): FileCipher => ({
  callerNonce: true,
  encrypt: encrypt(dek),
  decrypt: decrypt(dek),
});
