import { timingSafeEqual } from 'node:crypto';
import { headerAltered, wrongBodyKey } from '../../../shared/messages/failures/encrypted-files.ts';
import type { FileCipher } from './cipher.ts';
import { COMMITMENT_BYTES } from './format.ts';
import type { ParsedHeader } from './header.ts';
import { checkSealed } from './segment.ts';

// The tag authenticates the header. The ciphertext of 32 zeros is AES(K, nonce ‖ 2) ‖
// AES(K, nonce ‖ 3): it commits to the key, which GCM alone does not (Albertini et al., "How to
// abuse and fix authenticated encryption without key commitment", USENIX Security 2022).

const zeros = (): Buffer => Buffer.alloc(COMMITMENT_BYTES);

/**
 * The seal, 60 bytes: nonce 12 ‖ ciphertext 32 ‖ tag 16, over bytes 0 … A − 61 of the file, which
 * encodeHeader gives. The nonce is never one that this file key has been used with.
 */
export const makeSeal = (cipher: FileCipher, sealed: Uint8Array, nonce: Uint8Array): Buffer => {
  const seal = checkSealed(cipher.encrypt(nonce, sealed, zeros()), COMMITMENT_BYTES);
  return Buffer.concat([seal.nonce, seal.data]);
};

/** Tells a wrong key from an altered header: the ciphertext depends on the key only. */
const diagnose = (cipher: FileCipher, { sealed, sealNonce, seal }: ParsedHeader): Error => {
  if (!cipher.callerNonce) return headerAltered('the seal does not verify under this file key');
  const { data } = cipher.encrypt(sealNonce, sealed, zeros());
  const sameKey = timingSafeEqual(
    data.subarray(0, COMMITMENT_BYTES),
    seal.subarray(0, COMMITMENT_BYTES),
  );
  return sameKey ? headerAltered('only the tag of the seal differs') : wrongBodyKey();
};

/**
 * Confirms that every byte of the header is as written and that the file key is the one that the
 * body was encrypted under. Comes before any segment.
 * Throws Failure('wrong-body-key') or Failure('header-altered'); a token that makes its own nonces
 * cannot tell them apart and says the latter.
 */
export const checkSeal = (cipher: FileCipher, header: ParsedHeader): void => {
  const plaintext = cipher.decrypt(header.sealNonce, header.sealed, header.seal);
  if (plaintext === null) throw diagnose(cipher, header);
  // Without this comparison a made-up plaintext could hide a second key behind a valid tag.
  if (plaintext.length !== COMMITMENT_BYTES || !timingSafeEqual(plaintext, zeros()))
    throw wrongBodyKey();
};
