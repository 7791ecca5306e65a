import type { Bulk, Custody } from '../../../shared/keys.ts';
import type { KeyId, VaultId } from '../../../shared/ids.ts';
import { storedKeyDamaged } from '../../../shared/messages/failures/token-keys.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';

const NONCE = 12;
const TAG = 16;

/** What a stored key blob is bound to: it cannot be opened for another row, custody, bulk or vault. */
export interface KeyBinding {
  readonly vaultId: VaultId;
  readonly id: KeyId;
  readonly version: number;
  readonly custody: Custody;
  readonly bulk: Bulk;
  /** Six hex digits, or "" where the token computes none. */
  readonly kcv: string;
}

/** The exact bytes that the sealing master authenticates beside a key. */
export const keyBlobAad = (binding: KeyBinding): Buffer => {
  const { vaultId, id, version, custody, bulk, kcv } = binding;
  const lines = ['claviger/keyblob/1', vaultId, id, String(version), custody, bulk, kcv];
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'ascii');
};

/**
 * Seals what must not be on disk in plain text: a wrapped key (40 bytes) or a software key (32).
 * @returns nonce 12, ciphertext, tag 16
 */
export const sealBlob = (
  session: Session,
  master: ObjectHandle,
  binding: KeyBinding,
  content: Uint8Array,
): Buffer => {
  const sealed = session.encryptGcm(master, session.random(NONCE), keyBlobAad(binding), content);
  return Buffer.concat([sealed.nonce, sealed.data]);
};

/** @throws Failure `blob-damaged` where the blob, its row or its vault is not the one it was sealed for */
export const openBlob = (
  session: Session,
  master: ObjectHandle,
  binding: KeyBinding,
  blob: Uint8Array,
): Buffer => {
  if (blob.length <= NONCE + TAG) throw storedKeyDamaged(binding.id, binding.version);
  const nonce = blob.subarray(0, NONCE);
  const content = session.decryptGcm(master, nonce, keyBlobAad(binding), blob.subarray(NONCE));
  if (content === null) throw storedKeyDamaged(binding.id, binding.version);
  return content;
};
