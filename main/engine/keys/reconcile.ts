import { Failure } from '../../../shared/failure.ts';
import * as words from '../../../shared/messages/token/objects.ts';
import type { TokenConnection } from '../pkcs11/connection.ts';
import { CKA } from '../pkcs11/native.ts';
import { tokenKeyIntent } from '../pkcs11/objects.ts';
import { checkDataProof, checkWrapProof } from '../pkcs11/proofs.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import { confirmPrivateKey } from '../pkcs11/signing.ts';
import { provesPossession } from './ledger-keys.ts';
import { type Expected, type ObjectName, sortObjects, type Wanted } from './sort-objects.ts';

/**
 * `missing`: the keystore names it. `altered`: it is not as it was made. `orphaned`: it bears the
 * vault's name, but the keystore does not name it. `left`: it should have been destroyed.
 */
export interface ObjectFinding extends ObjectName {
  readonly kind: words.ObjectKind;
  readonly role: words.ObjectRole;
  readonly key: Wanted['key'];
  /** What differs; null where the kind says it all. */
  readonly detail: string | null;
}

/** What a token holds, compared with the keystore. */
export interface TokenComparison {
  readonly findings: readonly ObjectFinding[];
  /** Objects that the keystore names and that are as they should be. */
  readonly sound: number;
  /** Objects of other vaults, and of other programs. */
  readonly otherVaults: number;
  readonly others: number;
}

/** Of an object that does not tell: CK_UNAVAILABLE_INFORMATION. */
const UNKNOWN_CLASS = 0xffffffff;

interface Seen extends ObjectName {
  readonly handle: ObjectHandle;
}

/**
 * Compares every object in the token with the keystore: its name, its attributes as they are read
 * back, and that it is the key that was made. Changes nothing.
 */
export const reconcile = (connection: TokenConnection, expected: Expected): TokenComparison => {
  const sorted = sortObjects(listObjects(connection), expected);
  const renamed = new Set(sorted.renamed.map(({ wanted }) => wanted));
  const checked = sorted.wanted
    // What is there under another label is not missing.
    .filter(({ wanted, found }) => found.length > 0 || !renamed.has(wanted))
    .map(({ wanted, found }) => checkFound(connection, wanted, found));
  const findings = [
    ...checked.filter((finding) => finding !== null),
    ...sorted.renamed.map(({ wanted, object }) =>
      finding('altered', { ...wanted, ...nameOf(object) }, words.otherLabel(wanted.label)),
    ),
    ...sorted.left.map(({ key, object }) =>
      finding('left', { ...nameOf(object), role: 'key', key }, null),
    ),
    ...sorted.orphaned.map((object) =>
      finding('orphaned', { ...nameOf(object), role: roleOf(object.label), key: null }, null),
    ),
  ];
  const { otherVaults, others } = sorted;
  const sound = checked.filter((each) => each === null).length;
  return { findings, sound, otherVaults, others };
};

/**
 * Destroys one object after checking again that it is orphaned or left, and looks for it.
 * @returns whether it has been removed
 */
export const removeObject = (
  connection: TokenConnection,
  expected: Expected,
  name: ObjectName,
): boolean => {
  const isIt = (object: ObjectName): boolean =>
    object.objectClass === name.objectClass &&
    object.objectId === name.objectId &&
    object.label === name.label;
  const { orphaned, left } = sortObjects(listObjects(connection), expected);
  const doomed = [...orphaned, ...left.map(({ object }) => object)].filter(isIt);
  connection.withSession((session) => doomed.forEach(({ handle }) => session.destroy(handle)));
  return !listObjects(connection).some(isIt);
};

const listObjects = (connection: TokenConnection): Seen[] =>
  connection.withSession((session) =>
    session.find({ token: true }).map((handle) => ({
      handle,
      objectClass: session.number(handle, CKA.CLASS) ?? UNKNOWN_CLASS,
      objectId: session.attribute(handle, CKA.ID)?.toString('hex') ?? '',
      label: session.attribute(handle, CKA.LABEL)?.toString('utf8') ?? '',
    })),
  );

const checkFound = (
  connection: TokenConnection,
  wanted: Wanted,
  found: readonly Seen[],
): ObjectFinding | null => {
  const [only] = found;
  if (only === undefined) return finding('missing', wanted, null);
  if (found.length > 1) return finding('altered', wanted, words.several(found.length));
  const fault = connection.withSession((session) => faultOf(session, only.handle, wanted));
  return fault === null ? null : finding('altered', wanted, fault);
};

/** What is wrong with an object; null where it is the one that was made. */
const faultOf = (session: Session, object: ObjectHandle, wanted: Wanted): string | null => {
  const { proof, label } = wanted;
  const objectId = Buffer.from(wanted.objectId, 'hex');
  try {
    if (proof.kind === 'sign') confirmPrivateKey(session, object, proof.curve);
    else session.confirm(object, tokenKeyIntent({ objectId, label }, proof.kind), 'found');
  } catch (error) {
    if (error instanceof Failure && error.code === 'object-refused')
      return words.otherAttributes(error.detail ?? '');
    throw error;
  }
  return isProved(session, object, proof) ? null : words.otherKey;
};

const isProved = (session: Session, object: ObjectHandle, proof: Wanted['proof']): boolean => {
  if (proof.kind === 'sign') return provesPossession(session, object, proof);
  if (proof.proof === null) return false;
  return proof.kind === 'wrap'
    ? checkWrapProof(session, object, proof.proof)
    : checkDataProof(session, object, proof.proof);
};

const roleOf = (label: string): words.ObjectRole => {
  const [, , role] = label.split('/');
  return roles.find((each) => each === role) ?? 'unknown';
};
const roles: readonly words.ObjectRole[] = ['wrap', 'seal', 'sign', 'report', 'key'];

const nameOf = ({ objectClass, objectId, label }: ObjectName): ObjectName => ({
  objectClass,
  objectId,
  label,
});

const finding = (
  kind: words.ObjectKind,
  object: ObjectName & Pick<ObjectFinding, 'role' | 'key'>,
  detail: string | null,
): ObjectFinding => ({ kind, ...nameOf(object), role: object.role, key: object.key, detail });
