import { timingSafeEqual } from 'node:crypto';
import { WRAPPED_KEY_BYTES, type ObjectHandle, type Session } from './session.ts';
import type { KeyIntent } from './templates.ts';

/*
 * A proof confirms that a token key is the one that was created: labels and ids can be copied,
 * what the key did at its creation cannot. It is made once, kept, and tried at every unlock.
 */

const probeKey: KeyIntent = { usage: 'none', extractable: true, token: null };
const probeKeyUnwrapped: KeyIntent = { ...probeKey, extractable: false };
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const zeros = Buffer.alloc(32);
const aad = Buffer.from('claviger/proof/1', 'ascii');

/** Length of a data proof: nonce 12, ciphertext 32, tag 16. */
export const DATA_PROOF_BYTES = NONCE_BYTES + zeros.length + TAG_BYTES;

/** A random key wrapped by `handle`: 40 bytes. It is used for nothing else and forgotten. */
export const makeWrapProof = (session: Session, handle: ObjectHandle): Buffer => {
  const key = session.generateSecretKey(probeKey);
  try {
    return session.wrap(handle, key);
  } finally {
    session.destroy(key);
  }
};

/** Whether `proof` was made by this wrapping key: RFC 3394 §2.2.3 checks 64 bits. */
export const checkWrapProof = (
  session: Session,
  handle: ObjectHandle,
  proof: Uint8Array,
): boolean => {
  if (proof.length !== WRAPPED_KEY_BYTES) return false;
  const key = session.unwrap(handle, proof, probeKeyUnwrapped);
  if (key === null) return false;
  session.destroy(key);
  return true;
};

/** 32 zero bytes sealed by `handle`: nonce, ciphertext, tag. */
export const makeDataProof = (session: Session, handle: ObjectHandle): Buffer => {
  const sealed = session.encryptGcm(handle, session.random(NONCE_BYTES), aad, zeros);
  return Buffer.concat([sealed.nonce, sealed.data]);
};

/** Whether `proof` was made by this encrypting key. */
export const checkDataProof = (
  session: Session,
  handle: ObjectHandle,
  proof: Uint8Array,
): boolean => {
  if (proof.length !== DATA_PROOF_BYTES) return false;
  const nonce = proof.subarray(0, NONCE_BYTES);
  const opened = session.decryptGcm(handle, nonce, aad, proof.subarray(NONCE_BYTES));
  return opened?.length === zeros.length && timingSafeEqual(opened, zeros);
};
