import { keyNotDestroyed } from '../../../shared/messages/failures/pkcs11.ts';
import { keyNotInToken, keyTwiceInToken } from '../../../shared/messages/failures/token-keys.ts';
import { CKO } from './native.ts';
import type { ObjectHandle, Session } from './session.ts';
import {
  noLimits,
  OBJECT_ID_BYTES,
  type KeyIntent,
  type KeyLimits,
  type KeyUsage,
} from './templates.ts';

/** How a key in the token is found again; handles are never stored. */
export interface TokenKeyName {
  /** CKA_ID: 16 random bytes, never reused. */
  readonly objectId: Uint8Array;
  readonly label: string;
}

export interface TokenKey extends TokenKeyName {
  readonly objectId: Buffer;
  readonly handle: ObjectHandle;
}

export const tokenKeyIntent = (
  { objectId, label }: TokenKeyName,
  usage: KeyUsage,
  limits = noLimits,
): KeyIntent => ({ usage, extractable: false, token: { objectId, label, limits } });

/**
 * A new AES-256 key that never leaves the token, under a fresh random id.
 * @param objectId one that was drawn before, so that the key is found even after a crash
 * @throws Failure 'object-refused' where the token made something else
 */
export const createTokenKey = (
  session: Session,
  label: string,
  usage: KeyUsage,
  limits: KeyLimits = noLimits,
  objectId: Buffer = session.random(OBJECT_ID_BYTES),
): TokenKey => {
  const handle = session.generateSecretKey(tokenKeyIntent({ objectId, label }, usage, limits));
  return { objectId, label, handle };
};

const search = (session: Session, name: TokenKeyName): ObjectHandle[] =>
  session.find({ ...name, class: CKO.SECRET_KEY, token: true });

/**
 * The one token key of that id and label; its attributes are checked where `usage` is given.
 * That it is the right key only its proof can tell.
 * @throws Failure 'master-missing' | 'object-refused'
 */
export const findTokenKey = (
  session: Session,
  name: TokenKeyName,
  usage?: KeyUsage,
): ObjectHandle => {
  const found = search(session, name);
  const [only] = found;
  if (only === undefined) throw keyNotInToken(describe(name));
  if (found.length > 1) throw keyTwiceInToken(found.length, describe(name));
  if (usage !== undefined) session.confirm(only, tokenKeyIntent(name, usage), 'found');
  return only;
};

export const isInToken = (session: Session, name: TokenKeyName): boolean =>
  search(session, name).length > 0;

/** @throws Failure 'token-failed' where the key is still there afterwards */
export const destroyTokenKey = (session: Session, name: TokenKeyName): void => {
  for (const object of search(session, name)) session.destroy(object);
  if (search(session, name).length === 0) return;
  throw keyNotDestroyed(describe(name));
};

const describe = (name: TokenKeyName): string =>
  `CKA_LABEL ${name.label}, CKA_ID ${Buffer.from(name.objectId).toString('hex')}`;
