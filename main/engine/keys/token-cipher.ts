import type { FileCipher } from '../envelope/cipher.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';

/** AES-256-GCM inside the token, under a key that stays there. */
export const tokenCipher = (
  session: Session,
  key: ObjectHandle,
  callerNonce: boolean,
): FileCipher => ({
  callerNonce,
  encrypt: (nonce, aad, plaintext) => session.encryptGcm(key, nonce, aad, plaintext),
  decrypt: (nonce, aad, data) => session.decryptGcm(key, nonce, aad, data),
});
