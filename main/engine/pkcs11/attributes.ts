import { keyNotAsAsked } from '../../../shared/messages/failures/pkcs11.ts';
import { ckrOf, ckrSet } from './ckr.ts';
import type { Native } from './native.ts';
import { CKA } from './native.ts';
import {
  limitAttributes,
  verifiedAttributes,
  type Attribute,
  type KeyIntent,
  type Template,
} from './templates.ts';

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(CKA).map(([name, type]) => [type, name]),
);
export const attributeName = (type: number): string =>
  `CKA_${names.get(type) ?? type.toString(16)}`;

const hidden = ckrSet(
  'CKR_ATTRIBUTE_SENSITIVE',
  'CKR_ATTRIBUTE_TYPE_INVALID',
  'CKR_ATTRIBUTE_VALUE_INVALID',
);

/** One attribute, or null where the token does not have or does not reveal it. */
export const readAttribute = (
  native: Native,
  session: Buffer,
  object: Buffer,
  type: number,
): Buffer | null => {
  try {
    return native.C_GetAttributeValue(session, object, [{ type }])[0]?.value ?? null;
  } catch (error) {
    const ckr = ckrOf(error);
    if (ckr !== null && hidden.has(ckr.code)) return null;
    throw error;
  }
};

/** A value for each type. All in one call, unless the token refuses one of them. */
const readAttributes = (
  native: Native,
  session: Buffer,
  object: Buffer,
  types: readonly number[],
): (Buffer | null)[] => {
  try {
    const wanted = types.map((type) => ({ type }));
    return native.C_GetAttributeValue(session, object, wanted).map(({ value }) => value);
  } catch (error) {
    const ckr = ckrOf(error);
    if (ckr === null || !hidden.has(ckr.code)) throw error;
    return types.map((type) => readAttribute(native, session, object, type));
  }
};

/** A CK_ULONG in host order: 8 bytes on Unix, 4 on Windows. Every value used here fits 32 bits. */
export const readUlong = (value: Buffer): number | null =>
  value.length === 8 || value.length === 4 ? value.readUInt32LE(0) : null;

const matches = (value: Attribute['value'], seen: Buffer | null): boolean => {
  if (seen === null) return false;
  if (typeof value === 'boolean') return seen.length === 1 && (seen[0] !== 0) === value;
  if (typeof value === 'number') return readUlong(seen) === value;
  return seen.equals(typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
};

/**
 * Compares an object with what was asked for, attribute by attribute.
 * @throws Failure 'object-refused' naming what differs
 */
export const requireAttributes = (
  native: Native,
  session: Buffer,
  object: Buffer,
  expected: Template,
): void => {
  const types = expected.map(({ type }) => type);
  const seen = readAttributes(native, session, object, types);
  const wrong = expected
    .filter(({ value }, i) => !matches(value, seen[i] ?? null))
    .map(({ type, value }) => `${attributeName(type)} is not ${String(value)}`);
  if (wrong.length === 0) return;
  throw keyNotAsAsked(wrong);
};

/** History that only a key generated as a token object can show (PKCS#11 v2.40 §4.9). */
const generatedInToken: Template = [
  { type: CKA.ALWAYS_SENSITIVE, value: true },
  { type: CKA.NEVER_EXTRACTABLE, value: true },
];

/** requireAttributes for one of our secret keys. Unwrapped keys have a history of their own. */
export const requireIntent = (
  native: Native,
  session: Buffer,
  object: Buffer,
  intent: KeyIntent,
  origin: 'generated' | 'unwrapped' | 'found',
): void => {
  const history = intent.token !== null && origin !== 'unwrapped' ? generatedInToken : [];
  // A key that was made before the token enforced them has none.
  const limits = origin === 'generated' ? limitAttributes(intent) : [];
  requireAttributes(native, session, object, [
    ...verifiedAttributes(intent),
    ...limits,
    ...history,
  ]);
};
