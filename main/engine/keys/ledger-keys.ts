import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { VaultId } from '../../../shared/ids.ts';
import { Failure } from '../../../shared/failure.ts';
import {
  sealingMasterDiffers,
  sealingMasterMissing,
  signingKeyDiffers,
  signingKeyMissing,
} from '../../../shared/messages/failures/token-keys.ts';
import { parseCheckpointText } from '../../pki/index.ts';
import type { TokenConnection } from '../pkcs11/connection.ts';
import { CKA, CKO } from '../pkcs11/native.ts';
import { tokenKeyIntent } from '../pkcs11/objects.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import { confirmPrivateKey, signMessage, type Curve } from '../pkcs11/signing.ts';
import { masterLabel } from './vault-token.ts';

/** What a ledger's first record says of its vault. */
export interface LedgerIdentity {
  readonly vaultId: VaultId;
  /** The key that signs its checkpoints; DER SubjectPublicKeyInfo, base64. */
  readonly key: { readonly curve: Curve; readonly spki: string };
}

/** What a session's key is sealed for. */
export interface SessionKeyName {
  readonly vaultId: VaultId;
  readonly epoch: number;
  /** 32 hex digits. */
  readonly session: string;
}

interface SealingMaster {
  readonly handle: ObjectHandle;
  /** CKA_ID. */
  readonly objectId: Buffer;
}

const NONCE = 12;
const TAG = 16;
const SESSION_KEY_BYTES = 32;

/**
 * The two keys in the token that a vault's ledger is bound to, found without its keystore: by
 * class and label, with attributes that nobody can give an object without the PIN, and by what
 * the private half signs. Public halves in a token are ignored: anybody can put one there.
 */
export class LedgerKeys {
  readonly #connection: TokenConnection;
  readonly #vaultId: VaultId;
  readonly #curve: Curve;
  readonly #sign: ObjectHandle;
  /** The old one and the new one while the masters are being rotated. */
  readonly #masters: readonly SealingMaster[];
  #inForce: SealingMaster | null;

  private constructor(
    connection: TokenConnection,
    { vaultId, key }: LedgerIdentity,
    sign: ObjectHandle,
    masters: readonly SealingMaster[],
  ) {
    this.#connection = connection;
    this.#vaultId = vaultId;
    this.#curve = key.curve;
    this.#sign = sign;
    this.#masters = masters;
    const [only, ...others] = masters;
    this.#inForce = others.length === 0 ? (only ?? null) : null;
  }

  /** @throws Failure 'master-missing' | 'proof-failed' */
  static find(connection: TokenConnection, identity: LedgerIdentity): LedgerKeys {
    return connection.withSession((session) => {
      const sign = findSigningKey(session, identity);
      return new LedgerKeys(connection, identity, sign, findSealingMasters(session, identity));
    });
  }

  /** The master that the keystore names seals the sessions too. @throws Failure 'proof-failed' */
  useSealingMaster(objectId: Uint8Array): void {
    const named = this.#masters.find((master) => master.objectId.equals(objectId));
    if (named === undefined) throw sealingMasterDiffers();
    this.#inForce = named;
  }

  /** Signs a checkpoint of this vault and nothing else. P-256 signatures are DER. */
  signCheckpoint(text: Uint8Array): Buffer {
    if (parseCheckpointText(Buffer.from(text).toString('utf8'))?.vaultId !== this.#vaultId)
      throw new Error('the checkpoint key signs nothing but checkpoints of its vault');
    return this.#connection.withSession((session) =>
      signMessage(session, this.#curve, this.#sign, text),
    );
  }

  /** A new session's key, and the same under the sealing master: nonce 12, ciphertext 32, tag 16. */
  newSessionKey(name: SessionKeyName): { key: Buffer; sealed: Buffer } {
    const master = this.#inForce;
    if (master === null) throw new Error('the keystore has not named its sealing master yet');
    return this.#connection.withSession((session) => {
      const key = session.random(SESSION_KEY_BYTES);
      const aad = this.#aad(name);
      const nonceWanted = session.random(NONCE);
      const { nonce, data } = session.encryptGcm(master.handle, nonceWanted, aad, key);
      return { key, sealed: Buffer.concat([nonce, data]) };
    });
  }

  /** Null where it was not sealed for this session by this token. */
  openSessionKey(name: SessionKeyName, sealed: Uint8Array): Buffer | null {
    if (sealed.length !== NONCE + SESSION_KEY_BYTES + TAG) return null;
    const [nonce, data] = [sealed.subarray(0, NONCE), sealed.subarray(NONCE)];
    const aad = this.#aad(name);
    for (const { handle } of this.#masters) {
      const key = this.#connection.withSession((session) =>
        session.decryptGcm(handle, nonce, aad, data),
      );
      if (key !== null) return key;
    }
    return null;
  }

  /** Opens nothing but session keys of this vault: a blob of a key has other bytes here. */
  #aad({ vaultId, epoch, session }: SessionKeyName): Buffer {
    if (vaultId !== this.#vaultId) throw new Error('a session belongs to its vault');
    return Buffer.from(`claviger/session/1\n${vaultId}\n${epoch}\n${session}\n`, 'ascii');
  }
}

const findSigningKey = (session: Session, { vaultId, key }: LedgerIdentity): ObjectHandle => {
  const label = `claviger/${vaultId}/sign`;
  const found = session.find({ class: CKO.PRIVATE_KEY, token: true, label });
  if (found.length === 0) throw signingKeyMissing(`CKA_LABEL ${label}`);
  const own = found.filter((object) =>
    isAsMade(() => confirmPrivateKey(session, object, key.curve)),
  );
  const proved = own.find((object) => provesPossession(session, object, key));
  if (proved !== undefined) return proved;
  throw signingKeyDiffers(`CKA_LABEL ${label}: ${found.length} found, none fits`);
};

/** One, or two where a rotation of the masters was interrupted: then the keystore says which. */
const findSealingMasters = (
  session: Session,
  { vaultId }: LedgerIdentity,
): readonly SealingMaster[] => {
  const label = masterLabel(vaultId, 'seal');
  const found = session
    .find({ class: CKO.SECRET_KEY, token: true, label })
    .map((handle) => ({ handle, objectId: session.attribute(handle, CKA.ID) ?? Buffer.alloc(0) }))
    .filter(({ handle, objectId }) =>
      isAsMade(() => session.confirm(handle, tokenKeyIntent({ objectId, label }, 'data'), 'found')),
    );
  if (found.length === 0) throw sealingMasterMissing(`CKA_LABEL ${label}`);
  return found;
};

const isAsMade = (confirm: () => void): boolean => {
  try {
    confirm();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'object-refused') return false;
    throw error;
  }
};

/** Lets the private half sign a random text that is no checkpoint and no report. */
export const provesPossession = (
  session: Session,
  object: ObjectHandle,
  { curve, spki }: Pick<LedgerIdentity['key'], 'curve' | 'spki'>,
): boolean => {
  const text = Buffer.from(`claviger/possession/1\n${randomBytes(32).toString('hex')}\n`);
  const signature = signMessage(session, curve, object, text);
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  return verify(curve === 'ed25519' ? null : 'sha256', text, key, signature);
};
