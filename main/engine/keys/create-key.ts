import type { KeyId } from '../../../shared/ids.ts';
import type { Bulk, Custody, KeyMaterial } from '../../../shared/keys.ts';
import { createTokenKey } from '../pkcs11/objects.ts';
import { makeDataProof, makeWrapProof } from '../pkcs11/proofs.ts';
import type { Session } from '../pkcs11/session.ts';
import type { KeyLimits } from '../pkcs11/templates.ts';
import { aesCmac, KCV_BLOCK, kcvOf } from './cmac.ts';
import { sealBlob } from './key-blob.ts';
import type { VaultToken } from './vault-token.ts';

export interface NewKey {
  readonly id: KeyId;
  readonly version: number;
  readonly custody: Custody;
  readonly bulk: Bulk;
}

const KEY_BYTES = 32;

/** What a token can do for a new key. */
export interface KeyAbilities {
  /** What a resident key is kept from beyond its usage. */
  readonly limits: KeyLimits;
  /** Whether it computes AES-CMAC, and so the check value of a key that only it knows. */
  readonly cmac: boolean;
}

/** Makes a key version. What comes back holds no readable key bytes and may be stored. */
export const createKey = (
  token: VaultToken,
  key: NewKey,
  { limits, cmac }: KeyAbilities,
): KeyMaterial =>
  token.connection.withSession((session) => {
    switch (key.custody) {
      case 'resident':
        return createResident(token, session, key, limits);
      case 'hsm-only':
        return createHsmOnly(token, session, key, cmac);
      case 'hsm-wrapped':
        return createHsmWrapped(token, session, key);
    }
  });

/** A key for bulk in the token wraps file keys; a key for bulk on the host seals them. Never both. */
export const usageOf = (bulk: Bulk): 'wrap' | 'data' => (bulk === 'token' ? 'wrap' : 'data');

const createResident = (
  token: VaultToken,
  session: Session,
  key: NewKey,
  limits: KeyLimits,
): KeyMaterial => {
  const label = residentLabel(token, key);
  const usage = usageOf(key.bulk);
  const { objectId, handle } = createTokenKey(session, label, usage, limits);
  const proof = usage === 'wrap' ? makeWrapProof(session, handle) : makeDataProof(session, handle);
  return { ...key, kcv: '', blob: null, objectId, proof };
};

export const residentLabel = (
  token: Pick<VaultToken, 'vaultId'>,
  key: { readonly id: KeyId; readonly version: number },
): string => `claviger/${token.vaultId}/key/${key.id}/${key.version}`;

/** Generated in the token, wrapped there, and the plain object destroyed before anything is stored. */
const createHsmOnly = (
  token: VaultToken,
  session: Session,
  key: NewKey,
  cmac: boolean,
): KeyMaterial => {
  const fresh = session.generateSecretKey({ usage: 'none', extractable: true, token: null });
  const wrapped = session.wrap(token.wrap, fresh);
  session.destroy(fresh);
  const kcv = cmac ? kcvInToken(token, session, wrapped) : '';
  const blob = sealBlob(session, token.seal, { ...key, vaultId: token.vaultId, kcv }, wrapped);
  return { ...key, kcv, blob, objectId: null, proof: null };
};

/** Only a SIGN/VERIFY-only copy of the key can make a CMAC, and it lives for this one call. */
export const kcvInToken = (token: VaultToken, session: Session, wrapped: Uint8Array): string => {
  const handle = session.unwrap(token.wrap, wrapped, {
    usage: 'mac',
    extractable: false,
    token: null,
  });
  if (handle === null) throw new Error('the token does not unwrap what it has just wrapped');
  const kcv = kcvOf(session.cmac(handle, KCV_BLOCK));
  session.destroy(handle);
  return kcv;
};

const createHsmWrapped = (token: VaultToken, session: Session, key: NewKey): KeyMaterial => {
  const bytes = session.random(KEY_BYTES);
  try {
    const kcv = kcvOf(aesCmac(bytes, KCV_BLOCK));
    const blob = sealBlob(session, token.seal, { ...key, vaultId: token.vaultId, kcv }, bytes);
    return { ...key, kcv, blob, objectId: null, proof: null };
  } finally {
    bytes.fill(0);
  }
};
