import { randomBytes } from 'node:crypto';
import { createTokenKey, destroyTokenKey, findTokenKey } from '../objects.ts';
import { CKA } from '../native.ts';
import type { Session } from '../session.ts';
import { attempt, sessionKey, type Bench, type Check, type Seen } from './bench.ts';

/** As long as the longest label in use: claviger/<vault id>/key/<key id>/<version>. */
const longLabel = (): string => {
  const id = randomBytes(16).toString('hex');
  return `claviger/${id}/key/${id}/1000000`;
};

const makesSessionKey = (_: Bench, session: Session): Seen => {
  session.generateSecretKey(sessionKey('data', true));
  session.generateSecretKey(sessionKey('wrap'));
  return { seen: 'as asked', ok: true };
};

const hidesValue = (_: Bench, session: Session): Seen => {
  const key = session.generateSecretKey(sessionKey('data', true));
  const hidden = session.attribute(key, CKA.VALUE) === null;
  return { seen: hidden ? 'hidden' : 'readable', ok: hidden };
};

const keepsTokenKey = (_: Bench, session: Session): Seen => {
  const key = createTokenKey(session, longLabel(), 'data');
  try {
    findTokenKey(session, key, 'data');
  } finally {
    destroyTokenKey(session, key);
  }
  return { seen: 'kept, found and destroyed', ok: true };
};

/** Handles belong to the application (PKCS#11 v2.40 §2.6.4, usage guide), but not everywhere. */
const sharesHandles = (bench: Bench, session: Session): Seen => {
  const key = createTokenKey(session, longLabel(), 'data');
  try {
    const one = attempt(bench, (own) => own.attribute(key.handle, CKA.ID));
    if ('refusal' in one) return { seen: one.refusal, ok: false };
    const known = one.value?.equals(key.objectId) === true;
    return { seen: known ? 'known to all sessions' : 'another object', ok: known };
  } finally {
    destroyTokenKey(session, key);
  }
};

const drawsRandom = (_: Bench, session: Session): Seen => {
  const [one, two] = [session.random(32), session.random(32)];
  const differ = !one.equals(two) && !one.equals(Buffer.alloc(32));
  return { seen: differ ? 'different values' : 'the same value', ok: differ };
};

export const keyChecks: readonly Check[] = [
  {
    name: 'session-key',
    run: makesSessionKey,
  },
  {
    name: 'sensitive-value',
    run: hidesValue,
  },
  {
    name: 'token-key',
    run: keepsTokenKey,
  },
  {
    name: 'handles-shared',
    run: sharesHandles,
  },
  {
    name: 'random',
    run: drawsRandom,
  },
];
