import { CKA, CKM } from '../native.ts';
import type { ObjectHandle, Session } from '../session.ts';
import {
  limitAttributes,
  secretKeyTemplate,
  type Attribute,
  type KeyIntent,
} from '../templates.ts';
import {
  caught,
  refusedOrAllowed,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';

/*
 * Attributes that make a key safer where a token takes and enforces them: then masters and resident
 * keys get them. No verdict depends on them.
 */

const limited: KeyIntent = {
  ...sessionKey('data'),
  token: { objectId: Buffer.alloc(16), label: '', limits: { copy: true, mechanisms: true } },
};
const limitOf = (type: number): Attribute => {
  const found = limitAttributes(limited).find((attribute) => attribute.type === type);
  if (found === undefined) throw new Error('a limit without an attribute');
  return found;
};

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

const refusesCopy = (bench: Bench, session: Session): Seen =>
  enforced(bench, session, limitOf(CKA.COPYABLE), (own, key) => {
    const { native, handle } = own.raw;
    return native.C_CopyObject(handle, key.bytes, [{ type: CKA.TOKEN, value: false }]);
  });

const refusesOtherMechanism = (bench: Bench, session: Session): Seen => {
  const only = limitOf(CKA.ALLOWED_MECHANISMS);
  const block = Buffer.alloc(16);
  return enforced(bench, session, only, (own, key) =>
    own.encrypt(key, { mechanism: CKM.AES_ECB }, block, Buffer.alloc(32)),
  );
};

export const hardeningChecks: readonly Check[] = [
  {
    name: 'copyable-enforced',
    run: refusesCopy,
  },
  {
    name: 'mechanisms-enforced',
    run: refusesOtherMechanism,
  },
];
