import type { FileCipher } from '../envelope/cipher.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';

/** AES-256-GCM inside the token, under a key that stays there. */
export const tokenCipher = (
  session: Session,
  key: ObjectHandle,
  callerNonce: boolean,
): FileCipher => ({
  callerNonce,
  encrypt: (nonce, aad, plaintext, room) => session.encryptGcm(key, nonce, aad, plaintext, room),
  decrypt: (nonce, aad, data, room) => session.decryptGcm(key, nonce, aad, data, room),
});
