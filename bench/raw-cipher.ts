import { createCipheriv, createDecipheriv } from 'node:crypto';
import { TokenConnection } from '../main/engine/pkcs11/connection.ts';
import { gcmMechanism } from '../main/engine/pkcs11/native.ts';
import { findTokenKey } from '../main/engine/pkcs11/objects.ts';
import { FRAME_OVERHEAD, type RawToken, SEGMENT } from './raw-job.ts';

/** Encrypts or decrypts one segment. The result is a view that the next call overwrites. */
export interface RawCipher {
  readonly encrypt: (index: number, plaintext: Buffer) => Buffer[];
  readonly decrypt: (frame: Buffer) => Buffer;
}

const KEY = Buffer.alloc(32, 0x5a);
/** As long as that of a segment of Claviger. */
const AAD = Buffer.alloc(45, 0x2a);
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

const nonceOf = (index: number): Buffer => {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(index, 8);
  return nonce;
};

export const nodeCipher: RawCipher = {
  encrypt: (index, plaintext) => {
    const nonce = nonceOf(index);
    const cipher = createCipheriv('aes-256-gcm', KEY, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(AAD);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return [nonce, ciphertext, cipher.getAuthTag()];
  },
  decrypt: (frame) => {
    const nonce = frame.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', KEY, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(AAD);
    decipher.setAuthTag(frame.subarray(-TAG_BYTES));
    const plaintext = decipher.update(frame.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return plaintext;
  },
};

/** Runs `work` with plain PKCS#11 calls, in one session of this thread. */
export const withTokenCipher = (token: RawToken, work: (cipher: RawCipher) => void): void =>
  TokenConnection.open(token.target).withSession((session) => {
    const name = { objectId: Buffer.from(token.objectId, 'hex'), label: token.label };
    const key = findTokenKey(session, name).bytes;
    const { native, handle } = session.raw;
    const room = Buffer.alloc(SEGMENT + FRAME_OVERHEAD);
    work({
      encrypt: (index, plaintext) => {
        const nonce = nonceOf(index);
        native.C_EncryptInit(handle, gcmMechanism(nonce, AAD), key);
        return [nonce, native.C_Encrypt(handle, plaintext, room)];
      },
      decrypt: (frame) => {
        native.C_DecryptInit(handle, gcmMechanism(frame.subarray(0, NONCE_BYTES), AAD), key);
        return native.C_Decrypt(handle, frame.subarray(NONCE_BYTES), room);
      },
    });
  });
