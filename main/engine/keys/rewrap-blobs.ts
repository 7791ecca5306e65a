import { timingSafeEqual } from 'node:crypto';
import type { KeyMaterial } from '../../../shared/keys.ts';
import { keyNotRewrapped, keyNotUnwrapped } from '../../../shared/messages/failures/token-keys.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import { aesCmac, KCV_BLOCK, kcvOf } from './cmac.ts';
import { kcvInToken, usageOf } from './create-key.ts';
import { openBlob, sealBlob } from './key-blob.ts';
import type { VaultToken } from './vault-token.ts';

/** A key whose bytes are wrapped or sealed by the masters: every one but a resident key. */
export interface WrappedKey extends KeyMaterial {
  readonly blob: Uint8Array;
}

/** In the token, for the moment between two wrappings: it can be wrapped and do nothing else. */
const TRAVELLING = { usage: 'none', extractable: true, token: null } as const;

/**
 * The blobs under other masters of the same token. Each is opened again and compared with what it
 * was before it is returned. A key of custody `hsm-only` never leaves the token.
 * @throws Failure `blob-damaged` | `proof-failed`
 */
export const rewrapBlobs = (
  from: VaultToken,
  to: VaultToken,
  keys: readonly WrappedKey[],
): Uint8Array[] =>
  from.connection.withSession((session) => keys.map((key) => rewrapBlob(session, from, to, key)));

const rewrapBlob = (
  session: Session,
  from: VaultToken,
  to: VaultToken,
  key: WrappedKey,
): Uint8Array => {
  const binding = { ...key, vaultId: from.vaultId };
  const before = openBlob(session, from.seal, binding, key.blob);
  try {
    const moved = moveContent(session, from.wrap, to.wrap, key, before);
    const blob = sealBlob(session, to.seal, binding, moved);
    const opened = openBlob(session, to.seal, binding, blob);
    try {
      // Wrapping by RFC 3394 has no random part: only the same key gives the same bytes.
      const back = moveContent(session, to.wrap, from.wrap, key, opened);
      if (back.length === before.length && timingSafeEqual(back, before)) return blob;
      throw keyNotRewrapped(key.id, key.version);
    } finally {
      opened.fill(0);
    }
  } finally {
    before.fill(0);
  }
};

/** What a blob holds, under another wrapping master; a software key is under none. */
const moveContent = (
  session: Session,
  from: ObjectHandle,
  to: ObjectHandle,
  key: WrappedKey,
  content: Buffer,
): Buffer => {
  if (key.custody !== 'hsm-only') return content;
  const handle = session.unwrap(from, content, TRAVELLING);
  if (handle === null) throw keyNotUnwrapped(key.id, key.version);
  try {
    return session.wrap(to, handle);
  } finally {
    session.destroy(handle);
  }
};

/**
 * Opens every blob as it is opened to be used, and compares the check value where there is one.
 * @throws Failure `blob-damaged` | `proof-failed` for the first one that does not open
 */
export const proveBlobs = (token: VaultToken, keys: readonly WrappedKey[]): void =>
  token.connection.withSession((session) => {
    for (const key of keys) proveBlob(token, session, key);
  });

const proveBlob = (token: VaultToken, session: Session, key: WrappedKey): void => {
  const { id, version, bulk, custody } = key;
  const binding = { ...key, vaultId: token.vaultId };
  const content = openBlob(session, token.seal, binding, key.blob);
  try {
    if (custody === 'hsm-only') {
      const intent = { usage: usageOf(bulk), extractable: false, token: null } as const;
      const handle = session.unwrap(token.wrap, content, intent);
      if (handle === null) throw keyNotUnwrapped(id, version);
      session.destroy(handle);
    }
    if (key.kcv === '') return;
    const kcv =
      custody === 'hsm-only'
        ? kcvInToken(token, session, content)
        : kcvOf(aesCmac(content, KCV_BLOCK));
    if (kcv !== key.kcv) throw keyNotRewrapped(id, version);
  } finally {
    content.fill(0);
  }
};
