import { limits } from '../../../../shared/limits.ts';
import { CKM, gcmMechanism } from '../native.ts';
import type { Session } from '../session.ts';
import { secretKeyTemplate } from '../templates.ts';
import {
  attempt,
  caught,
  flipped,
  refusalOf,
  sealed,
  SEGMENT_AAD,
  sessionKey,
  type Attempt,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';

/** One per worker, one for the engine's main thread, and the one that holds the login. */
const WANTED = limits.workers + 2;

/** Sessions that can be open at once, the one of the login included, as far as they are wanted. */
const countSessions = (bench: Bench, open = 2): number => {
  if (open >= WANTED) return open;
  try {
    return bench.connection.withSession(() => countSessions(bench, open + 1));
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return open;
  }
};

const enoughSessions = (bench: Bench): Seen => {
  const open = countSessions(bench);
  return { seen: String(open), ok: open >= WANTED };
};

/** Forces an answer that does not fit, then asks the same session for the next operation. */
const sessionAfterError = (bench: Bench, keys: Session): Seen => {
  const key = keys.generateSecretKey(sessionKey('data'));
  const box = sealed(bench, key, Buffer.alloc(64));
  const open = (session: Session, room: number): Attempt<Buffer> => {
    const { native, handle } = session.raw;
    return caught(() => {
      native.C_DecryptInit(handle, gcmMechanism(Buffer.from(box.nonce), SEGMENT_AAD), key.bytes);
      return native.C_Decrypt(handle, box.data, Buffer.alloc(room));
    });
  };
  return bench.connection.withSession((session) => {
    open(session, 1);
    const next = open(session, box.data.length);
    return { seen: 'value' in next ? 'usable' : next.refusal, ok: true };
  });
};

/** Leaves keys, a failed unwrap and a half-made key behind, closes, and counts. */
const objectsLeft = (bench: Bench, counter: Session): Seen => {
  const before = counter.countSessionObjects();
  attempt(bench, (session) => {
    const kek = session.generateSecretKey(sessionKey('wrap'));
    const blob = session.wrap(kek, session.generateSecretKey(sessionKey('data', true)));
    session.unwrap(kek, flipped(blob, 0), sessionKey('data'));
    const { native, handle } = session.raw;
    const disordered = secretKeyTemplate('unwrap', sessionKey('data')).toReversed();
    native.C_UnwrapKey(handle, { mechanism: CKM.AES_KEY_WRAP }, kek.bytes, blob, disordered);
  });
  const left = counter.countSessionObjects() - before;
  return { seen: String(left), ok: left === 0 };
};

export const sessionChecks: readonly Check[] = [
  {
    name: 'sessions',
    run: enoughSessions,
  },
  { name: 'session-after-error', run: sessionAfterError },
  {
    name: 'session-objects-left',
    run: objectsLeft,
  },
];
