import type { VaultId } from '../../../shared/ids.ts';
import { Failure } from '../../../shared/failure.ts';
import { parseCheckpointText } from '../../ledger/checkpoint.ts';
import type { TokenConnection } from '../pkcs11/connection.ts';
import { CKO } from '../pkcs11/native.ts';
import type { TokenProfile } from '../pkcs11/profile.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import {
  generateSigningKey,
  publicKeySpki,
  signDigest,
  signMessage,
  type Curve,
} from '../pkcs11/signing.ts';
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

/** The two signing keys of a vault; null where the token cannot sign that way. */
export interface SigningKeys {
  /** Signs checkpoints of this vault and nothing else. */
  readonly checkpoint: SigningKey | null;
  /** ECDSA P-256: signs reports. */
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
    const canSign = profile.ed25519 || profile.p256;
    return {
      checkpoint: canSign ? create(session, curve, `claviger/${vaultId}/sign`) : null,
      report: profile.p256 ? create(session, 'p256', `claviger/${vaultId}/report`) : null,
    };
  });

const create = (session: Session, curve: Curve, label: string): SigningKey => {
  const objectId = session.random(OBJECT_ID_BYTES);
  const pair = generateSigningKey(session, curve, { objectId, label });
  const spki = publicKeySpki(session, pair.publicKey, curve).toString('base64');
  return { curve, label, objectId: objectId.toString('hex'), spki };
};

/** @throws Failure 'master-missing' | 'proof-failed' where the token's public half is another one */
export const confirmSigningKey = (connection: TokenConnection, key: SigningKey): void =>
  connection.withSession((session) => {
    find(session, key, CKO.PRIVATE_KEY);
    const publicKey = find(session, key, CKO.PUBLIC_KEY);
    if (publicKeySpki(session, publicKey, key.curve).toString('base64') === key.spki) return;
    throw new Failure('proof-failed', "The token's signing key is not the one of this vault.", {
      unharmed: 'Nothing was changed in the vault or in the token, and nothing was signed.',
      next: 'Check that the right token is connected: it may be another one with the same label.',
    });
  });

/** Signs a checkpoint of this vault; whatever else is asked is a bug. P-256 gives DER. */
export const signCheckpoint = (
  connection: TokenConnection,
  vaultId: VaultId,
  key: SigningKey,
  text: Uint8Array,
): Buffer => {
  if (parseCheckpointText(Buffer.from(text).toString('utf8'))?.vaultId !== vaultId)
    throw new Error('the checkpoint key signs nothing but checkpoints of its vault');
  return connection.withSession((session) =>
    signMessage(session, key.curve, find(session, key, CKO.PRIVATE_KEY), text),
  );
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
  throw new Failure('master-missing', 'The token does not hold the signing key of this vault.', {
    unharmed: 'Nothing was changed and nothing was signed.',
    next: 'Check that this is the right token; restore its keys from the backup of its maker.',
    detail: `CKA_LABEL ${key.label}, CKA_ID ${key.objectId}: ${found.length} found`,
  });
};
