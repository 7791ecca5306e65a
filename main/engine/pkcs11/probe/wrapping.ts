import type { ObjectHandle, Session } from '../session.ts';
import {
  attempt,
  caught,
  flipped,
  importKey,
  refusedOrAllowed,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';
import { wrapRfc3394 } from './software.ts';

/** The blob of a fresh extractable key under `kek`. */
const wrappedKey = (session: Session, kek: ObjectHandle): Buffer =>
  session.wrap(kek, session.generateSecretKey(sessionKey('data', true)));

/** Wraps and unwraps without knowing the values: all that can be shown where import is refused. */
const roundTrip = (session: Session): Seen => {
  const kek = session.generateSecretKey(sessionKey('wrap'));
  const back = session.unwrap(kek, wrappedKey(session, kek), sessionKey('data'));
  return { seen: back === null ? 'its own blob refused' : 'round trip only', ok: back !== null };
};

const wrapsAsRfc3394 = (bench: Bench, session: Session): Seen => {
  const keys = caught(() => ({
    kek: importKey(session, 'wrap'),
    key: importKey(session, 'data', true),
  }));
  if ('refusal' in keys) return attemptRoundTrip(bench);
  const { kek, key } = keys.value;
  const blob = session.wrap(kek.handle, key.handle);
  const equal = blob.equals(wrapRfc3394(kek.value, key.value));
  const back = session.unwrap(kek.handle, blob, sessionKey('data'));
  return { seen: equal ? 'RFC 3394' : 'other bytes', ok: equal && back !== null };
};

const attemptRoundTrip = (bench: Bench): Seen => {
  const outcome = attempt(bench, roundTrip);
  return 'value' in outcome ? outcome.value : { seen: outcome.refusal, ok: false };
};

const refusesTampered = (bench: Bench, session: Session): Seen => {
  const kek = session.generateSecretKey(sessionKey('wrap'));
  const blob = flipped(wrappedKey(session, kek), 20);
  return refusedOrAllowed(bench, (own) => own.unwrap(kek, blob, sessionKey('data')));
};

const refusesWrongKey = (bench: Bench, session: Session): Seen => {
  const kek = session.generateSecretKey(sessionKey('wrap'));
  const other = session.generateSecretKey(sessionKey('wrap'));
  const blob = wrappedKey(session, kek);
  return refusedOrAllowed(bench, (own) => own.unwrap(other, blob, sessionKey('data')));
};

export const wrappingChecks: readonly Check[] = [
  {
    name: 'keywrap-bytes',
    run: wrapsAsRfc3394,
  },
  {
    name: 'keywrap-tampered',
    run: refusesTampered,
  },
  {
    name: 'keywrap-wrong-key',
    run: refusesWrongKey,
  },
];
