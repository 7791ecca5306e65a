import { CKA, CKM } from '../native.ts';
import type { ObjectHandle, Session } from '../session.ts';
import { secretKeyTemplate, type Attribute } from '../templates.ts';
import {
  caught,
  refusedOrAllowed,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';

/*
 * Attributes that make a key safer where a token takes and enforces them. Asked for the record:
 * nothing depends on them.
 */

const withExtra = (session: Session, extra: Attribute): ObjectHandle => {
  const template = secretKeyTemplate('generate', sessionKey('data'));
  const ordered = [...template.slice(0, -1), extra, ...template.slice(-1)];
  const { native, handle } = session.raw;
  return { bytes: native.C_GenerateKey(handle, { mechanism: CKM.AES_KEY_GEN }, ordered) };
};

/** Whether a key with the attribute can be made, and refuses what the attribute forbids. */
const enforced = (
  bench: Bench,
  session: Session,
  extra: Attribute,
  forbidden: (own: Session, key: ObjectHandle) => unknown,
): Seen => {
  const made = caught(() => withExtra(session, extra));
  if ('refusal' in made) return { seen: `not taken: ${made.refusal}`, ok: false };
  return refusedOrAllowed(bench, (own) => forbidden(own, made.value));
};

/** A CK_MECHANISM_TYPE array with one entry; CK_ULONG has 8 bytes on Unix, 4 on Windows. */
const onlyMechanism = (mechanism: number): Buffer => {
  const value = Buffer.alloc(process.platform === 'win32' ? 4 : 8);
  value.writeUInt32LE(mechanism, 0);
  return value;
};

const refusesCopy = (bench: Bench, session: Session): Seen =>
  enforced(bench, session, { type: CKA.COPYABLE, value: false }, (own, key) => {
    const { native, handle } = own.raw;
    return native.C_CopyObject(handle, key.bytes, [{ type: CKA.TOKEN, value: false }]);
  });

const refusesOtherMechanism = (bench: Bench, session: Session): Seen => {
  const only = { type: CKA.ALLOWED_MECHANISMS, value: onlyMechanism(CKM.AES_GCM) };
  const block = Buffer.alloc(16);
  return enforced(bench, session, only, (own, key) =>
    own.encrypt(key, { mechanism: CKM.AES_ECB }, block, Buffer.alloc(32)),
  );
};

export const hardeningChecks: readonly Check[] = [
  {
    name: 'copyable-enforced',
    expected: 'a key with COPYABLE=false cannot be copied',
    run: refusesCopy,
  },
  {
    name: 'mechanisms-enforced',
    expected: 'a key whose ALLOWED_MECHANISMS is AES-GCM does nothing else',
    run: refusesOtherMechanism,
  },
];
