import { randomBytes } from 'node:crypto';
import { CKA, CKM, CKO, type NativeMechanism } from '../native.ts';
import type { ObjectHandle, Session } from '../session.ts';
import {
  noLimits,
  OBJECT_ID_BYTES,
  secretKeyTemplate,
  type Attribute,
  type KeyIntent,
} from '../templates.ts';
import {
  attempt,
  importKey,
  refusedOrAllowed,
  SEGMENT_AAD,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';

/*
 * The hard requirements: what a token must not allow. They are asked with the bare calls, because
 * Session never would.
 */

/** What somebody with the PIN would try to add to a wrapping key and to a data key. */
const wishes: readonly {
  readonly usage: 'wrap' | 'data';
  readonly adds: Attribute;
  readonly name: string;
}[] = [
  { usage: 'wrap', adds: { type: CKA.DECRYPT, value: true }, name: 'CKA_DECRYPT' },
  { usage: 'wrap', adds: { type: CKA.ENCRYPT, value: true }, name: 'CKA_ENCRYPT' },
  { usage: 'wrap', adds: { type: CKA.EXTRACTABLE, value: true }, name: 'CKA_EXTRACTABLE' },
  { usage: 'wrap', adds: { type: CKA.SENSITIVE, value: false }, name: 'CKA_SENSITIVE=false' },
  { usage: 'data', adds: { type: CKA.WRAP, value: true }, name: 'CKA_WRAP' },
  { usage: 'data', adds: { type: CKA.UNWRAP, value: true }, name: 'CKA_UNWRAP' },
  { usage: 'data', adds: { type: CKA.EXTRACTABLE, value: true }, name: 'CKA_EXTRACTABLE' },
];

/** Changes a key with one attribute and gives the handle of what holds it now. */
type Change = (session: Session, key: ObjectHandle, adds: Attribute) => ObjectHandle;

const copy: Change = (session, key, adds) => {
  const { native, handle } = session.raw;
  return { bytes: native.C_CopyObject(handle, key.bytes, [{ ...adds }]) };
};

const change: Change = (session, key, adds) => {
  const { native, handle } = session.raw;
  native.C_SetAttributeValue(handle, key.bytes, [{ ...adds }]);
  return key;
};

/** Whether the attribute took: a token may accept the call and ignore the wish. */
const granted = (
  bench: Bench,
  keys: Session,
  how: Change,
  wish: (typeof wishes)[number],
): boolean => {
  const key = keys.generateSecretKey(sessionKey(wish.usage));
  const outcome = attempt(bench, (session) => {
    const changed = how(session, key, wish.adds);
    return session.attribute(changed, wish.adds.type)?.[0] === Number(wish.adds.value);
  });
  return 'value' in outcome && outcome.value;
};

const addsNothing = (bench: Bench, session: Session, how: Change): Seen => {
  const gained = wishes.filter((wish) => granted(bench, session, how, wish));
  const names = [...new Set(gained.map((wish) => wish.name))];
  return names.length === 0
    ? { seen: 'refused', ok: true }
    : { seen: `added ${names.join(', ')}`, ok: false };
};

const copyAddsNothing = (bench: Bench, session: Session): Seen => addsNothing(bench, session, copy);
const changeAddsNothing = (bench: Bench, session: Session): Seen =>
  addsNothing(bench, session, change);

const block = Buffer.alloc(16);

/**
 * Unwraps with a data key that has the value of a wrapping key: the blob is good, so only the
 * missing flag can refuse it. A token that takes no known values refuses that, which is as safe.
 */
const unwrapWithTwin = (session: Session, key: ObjectHandle): ObjectHandle | null => {
  const kek = importKey(session, 'wrap');
  const twin = importKey(session, 'data', false, kek.value);
  return session.unwrap(twin.handle, session.wrap(kek.handle, key), sessionKey('data'));
};

/** Uses that the templates forbid, each with a key that lacks the flag. */
const forbidden: readonly {
  readonly name: string;
  readonly usage: 'wrap' | 'data';
  readonly use: (session: Session, key: ObjectHandle, other: ObjectHandle) => unknown;
}[] = [
  {
    name: 'AES-ECB with a wrapping key',
    usage: 'wrap',
    use: (s, key) => s.encrypt(key, { mechanism: CKM.AES_ECB }, block, Buffer.alloc(32)),
  },
  {
    name: 'AES-GCM with a wrapping key',
    usage: 'wrap',
    use: (s, key) => s.encryptGcm(key, randomBytes(12), SEGMENT_AAD, block),
  },
  {
    name: 'decrypting with a wrapping key',
    usage: 'wrap',
    use: (s, key) => {
      const { native, handle } = s.raw;
      native.C_DecryptInit(handle, { mechanism: CKM.AES_ECB }, key.bytes);
      return native.C_Decrypt(handle, block, Buffer.alloc(32));
    },
  },
  { name: 'AES-CMAC with a wrapping key', usage: 'wrap', use: (s, key) => s.cmac(key, block) },
  { name: 'wrapping with a data key', usage: 'data', use: (s, key, other) => s.wrap(key, other) },
  {
    name: 'unwrapping with a data key',
    usage: 'data',
    use: (s, _, other) => unwrapWithTwin(s, other),
  },
  { name: 'AES-CMAC with a data key', usage: 'data', use: (s, key) => s.cmac(key, block) },
];

const enforcesUsage = (bench: Bench, session: Session): Seen => {
  const other = session.generateSecretKey(sessionKey('none', true));
  const allowed = forbidden.filter(({ usage, use }) => {
    const key = session.generateSecretKey(sessionKey(usage));
    return !refusedOrAllowed(bench, (own) => use(own, key, other)).ok;
  });
  return allowed.length === 0
    ? { seen: 'refused', ok: true }
    : { seen: `allowed: ${allowed.map((use) => use.name).join(', ')}`, ok: false };
};

/** A token key made without looking its id up first. */
const makeWithId = (session: Session, objectId: Buffer, label: string): void => {
  const intent: KeyIntent = {
    usage: 'data',
    extractable: false,
    token: { objectId, label, limits: noLimits },
  };
  const { native, handle } = session.raw;
  const template = secretKeyTemplate('generate', intent);
  native.C_GenerateKey(handle, { mechanism: CKM.AES_KEY_GEN }, [...template]);
};

/** Two temporary token keys with one ID: both must live, or the second be refused. */
const survivesSameId = (bench: Bench, session: Session): Seen => {
  const objectId = randomBytes(OBJECT_ID_BYTES);
  const kind = { objectId, class: CKO.SECRET_KEY, token: true };
  try {
    makeWithId(session, objectId, 'claviger/probe/first');
    const second = attempt(bench, (own) => makeWithId(own, objectId, 'claviger/probe/second'));
    const firstLives = session.find({ ...kind, label: 'claviger/probe/first' }).length === 1;
    if (!firstLives) return { seen: 'the first key is lost', ok: false };
    return { seen: 'refusal' in second ? 'the second is refused' : 'both live', ok: true };
  } finally {
    for (const object of session.find(kind)) session.destroy(object);
  }
};

/** Ways out that tokens have; which of them a token lists is no proof that it has no other. */
const wrappings: readonly NativeMechanism[] = [
  { mechanism: CKM.AES_KEY_WRAP },
  { mechanism: CKM.AES_KEY_WRAP_PAD },
  { mechanism: CKM.AES_KEY_WRAP_KWP },
  { mechanism: CKM.AES_CBC_PAD, parameter: block },
];

/** Says of the mechanism, not of the key: such a refusal protects nothing. */
const withoutMechanism: ReadonlySet<string> = new Set([
  'CKR_MECHANISM_INVALID',
  'CKR_MECHANISM_PARAM_INVALID',
  'CKR_FUNCTION_NOT_SUPPORTED',
]);

const keepsUnextractable = (bench: Bench, session: Session): Seen => {
  const kek = session.generateSecretKey(sessionKey('wrap'));
  const key = session.generateSecretKey(sessionKey('data'));
  const answers = wrappings.map((mechanism) =>
    refusedOrAllowed(bench, ({ raw: { native, handle } }) =>
      native.C_WrapKey(handle, mechanism, kek.bytes, key.bytes, Buffer.alloc(128)),
    ),
  );
  const allowed = answers.find(({ seen }) => seen === 'allowed');
  const refused = answers.find(({ seen, ok }) => ok && !withoutMechanism.has(seen));
  // No way that was tried exists here: whether the key is kept in by another is not known.
  const untested = { seen: answers[0]?.seen ?? 'not tested', ok: false };
  return allowed ?? refused ?? untested;
};

export const hardnessChecks: readonly Check[] = [
  {
    name: 'unextractable-stays',
    run: keepsUnextractable,
  },
  {
    name: 'copy-adds-nothing',
    run: copyAddsNothing,
  },
  {
    name: 'change-adds-nothing',
    run: changeAddsNothing,
  },
  {
    name: 'usage-enforced',
    run: enforcesUsage,
  },
  {
    name: 'object-id-reused',
    run: survivesSameId,
  },
];
