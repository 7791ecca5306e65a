import type { VaultId } from '../../../shared/ids.ts';
import { signingKeyMissing } from '../../../shared/messages/failures/token-keys.ts';
import type { TokenConnection } from '../pkcs11/connection.ts';
import { CKO } from '../pkcs11/native.ts';
import type { TokenProfile } from '../pkcs11/profile.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import { generateSigningKey, publicKeySpki, signDigest, type Curve } from '../pkcs11/signing.ts';
import { OBJECT_ID_BYTES } from '../pkcs11/templates.ts';

/** A signing key in the token, as the keystore knows it. */
export interface SigningKey {
  readonly curve: Curve;
  /** CKA_ID of both halves, 16 bytes, hex. */
  readonly objectId: string;
  /** CKA_LABEL of both halves. */
  readonly label: string;
  /** The public half, DER SubjectPublicKeyInfo, base64. */
  readonly spki: string;
}

/** The two signing keys of a vault. */
export interface SigningKeys {
  /** Signs checkpoints of this vault and nothing else. */
  readonly checkpoint: SigningKey;
  /** ECDSA P-256: signs reports; null where the token has none. */
  readonly report: SigningKey | null;
}

/** Makes both keys in the token: Ed25519 for checkpoints where it works, else P-256. */
export const createSigningKeys = (
  connection: TokenConnection,
  vaultId: VaultId,
  profile: Pick<TokenProfile, 'ed25519' | 'p256'>,
): SigningKeys =>
  connection.withSession((session) => {
    const curve = profile.ed25519 ? 'ed25519' : 'p256';
    if (!profile.ed25519 && !profile.p256)
      throw new Error('a token that cannot sign holds no vault');
    return {
      checkpoint: create(session, curve, `claviger/${vaultId}/sign`),
      report: profile.p256 ? create(session, 'p256', `claviger/${vaultId}/report`) : null,
    };
  });

const create = (session: Session, curve: Curve, label: string): SigningKey => {
  const objectId = session.random(OBJECT_ID_BYTES);
  const pair = generateSigningKey(session, curve, { objectId, label });
  const spki = publicKeySpki(session, pair.publicKey, curve).toString('base64');
  return { curve, label, objectId: objectId.toString('hex'), spki };
};

/** ECDSA over a SHA-256 digest, in DER. */
export const signReportDigest = (
  connection: TokenConnection,
  key: SigningKey,
  digest: Uint8Array,
): Buffer =>
  connection.withSession((session) =>
    signDigest(session, find(session, key, CKO.PRIVATE_KEY), digest),
  );

const find = (session: Session, key: SigningKey, objectClass: number): ObjectHandle => {
  const objectId = Buffer.from(key.objectId, 'hex');
  const found = session.find({ objectId, label: key.label, class: objectClass, token: true });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw signingKeyMissing(`CKA_LABEL ${key.label}, CKA_ID ${key.objectId}: ${found.length} found`);
};
