import type { KeyId } from '../../../shared/ids.ts';
import { destroyTokenKey, isInToken } from '../pkcs11/objects.ts';
import { residentLabel } from './create-key.ts';
import type { VaultToken } from './vault-token.ts';

export interface ResidentKey {
  readonly id: KeyId;
  readonly version: number;
  /** CKA_ID, 16 bytes. */
  readonly objectId: Uint8Array;
}

/** Those of the keys whose object is not in the token. A quick look: by name alone. */
export const missingKeys = (token: VaultToken, keys: readonly ResidentKey[]): ResidentKey[] =>
  token.connection.withSession((session) =>
    keys.filter(
      (key) => !isInToken(session, { objectId: key.objectId, label: residentLabel(token, key) }),
    ),
  );

/** @throws Failure 'token-failed' where the object is still there afterwards */
export const destroyKey = (token: VaultToken, key: ResidentKey): { readonly found: boolean } =>
  token.connection.withSession((session) => {
    const name = { objectId: key.objectId, label: residentLabel(token, key) };
    const found = isInToken(session, name);
    if (found) destroyTokenKey(session, name);
    return { found };
  });
