import { segmentDamaged } from '../../../shared/messages/failures/encrypted-files.ts';
import { segmentAad } from './aad.ts';
import type { FileCipher, Sealed } from './cipher.ts';
import type { FixedHeader } from './fixed-line.ts';
import { NONCE_BYTES, SEGMENT_OVERHEAD, TAG_BYTES } from './format.ts';
import { isFinal, segmentCount, segmentLength } from './layout.ts';
import { segmentNonce } from './nonces.ts';

/** What a segment belongs to: line 1 of the header and its hash. A ParsedHeader is one. */
export interface Body {
  readonly fixed: FixedHeader;
  /** H, 32 bytes. */
  readonly hash: Uint8Array;
}

/** A token may make the nonce, but it cannot make it or the tag of another length. */
export const checkSealed = (sealed: Sealed, plaintextLength: number): Sealed => {
  if (sealed.nonce.length !== NONCE_BYTES || sealed.data.length !== plaintextLength + TAG_BYTES)
    throw new Error('the cipher made a nonce or a tag of a length that the format cannot hold');
  return sealed;
};

/**
 * Encrypts segment i, whose plaintext must have exactly the length that the layout says.
 * `room` as in FileCipher.
 */
export const encryptSegment = (
  cipher: FileCipher,
  { fixed, hash }: Body,
  index: number,
  plaintext: Uint8Array,
  room?: Uint8Array,
): Sealed => {
  if (plaintext.length !== segmentLength(fixed, index))
    throw new RangeError(`segment ${index} cannot have ${plaintext.length} bytes`);
  const aad = segmentAad(hash, index, isFinal(fixed, index));
  return checkSealed(cipher.encrypt(segmentNonce(index), aad, plaintext, room), plaintext.length);
};

/**
 * Decrypts segment i from its bytes in the file (nonce ‖ ciphertext ‖ tag), once checkSeal has
 * agreed. `room` as in FileCipher. Throws Failure('segment-damaged').
 */
export const decryptSegment = (
  cipher: FileCipher,
  { fixed, hash }: Body,
  index: number,
  stored: Uint8Array,
  room?: Uint8Array,
): Uint8Array => {
  const length = segmentLength(fixed, index);
  if (stored.length !== length + SEGMENT_OVERHEAD)
    throw new RangeError(`segment ${index} cannot have ${stored.length} stored bytes`);
  const aad = segmentAad(hash, index, isFinal(fixed, index));
  const nonce = stored.subarray(0, NONCE_BYTES);
  const plaintext = cipher.decrypt(nonce, aad, stored.subarray(NONCE_BYTES), room);
  if (plaintext?.length !== length) throw segmentDamaged(index, segmentCount(fixed));
  return plaintext;
};
