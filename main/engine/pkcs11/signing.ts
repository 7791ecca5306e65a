import { createHash } from 'node:crypto';
import { noPublicKey } from '../../../shared/messages/failures/pkcs11.ts';
import { CKA, CKK, CKM, CKO } from './native.ts';
import type { KeyPair, ObjectHandle, Session } from './session.ts';
import type { Template } from './templates.ts';
import type { TokenKeyName } from './objects.ts';

/** The two kinds of signing keys: Ed25519 (RFC 8032) where a token has it, else ECDSA on P-256. */
export type Curve = 'ed25519' | 'p256';

interface CurveFacts {
  readonly keyType: number;
  readonly generate: number;
  readonly sign: number;
  /** CKA_EC_PARAMS in DER. */
  readonly parameters: Buffer;
  /** Length of the public point in bytes. */
  readonly point: number;
  /** SubjectPublicKeyInfo up to the point (RFC 8410 §4, RFC 5480 §2). */
  readonly spki: Buffer;
}

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

const curves: Readonly<Record<Curve, CurveFacts>> = {
  ed25519: {
    keyType: CKK.EC_EDWARDS,
    generate: CKM.EC_EDWARDS_KEY_PAIR_GEN,
    sign: CKM.EDDSA,
    parameters: hex('130c656477617264733235353139'), // PrintableString "edwards25519", PKCS#11 v3.0 §2.3.10
    point: 32,
    spki: hex('302a300506032b6570032100'),
  },
  p256: {
    keyType: CKK.EC,
    generate: CKM.EC_KEY_PAIR_GEN,
    sign: CKM.ECDSA,
    parameters: hex('06082a8648ce3d030107'),
    point: 65,
    spki: hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
  },
};

const SIGNATURE_BYTES = 64;

const identity = (name: TokenKeyName | null): Template =>
  name === null
    ? []
    : [
        { type: CKA.ID, value: Buffer.from(name.objectId) },
        { type: CKA.LABEL, value: name.label },
      ];

const publicTemplate = (facts: CurveFacts, name: TokenKeyName | null): Template => [
  { type: CKA.CLASS, value: CKO.PUBLIC_KEY },
  { type: CKA.KEY_TYPE, value: facts.keyType },
  { type: CKA.TOKEN, value: name !== null },
  { type: CKA.PRIVATE, value: false },
  { type: CKA.EC_PARAMS, value: facts.parameters },
  { type: CKA.VERIFY, value: true },
  { type: CKA.VERIFY_RECOVER, value: false },
  { type: CKA.ENCRYPT, value: false },
  { type: CKA.WRAP, value: false },
  { type: CKA.DERIVE, value: false },
  ...identity(name),
  { type: CKA.MODIFIABLE, value: false },
];

const privateTemplate = (facts: CurveFacts, name: TokenKeyName | null): Template => [
  { type: CKA.CLASS, value: CKO.PRIVATE_KEY },
  { type: CKA.KEY_TYPE, value: facts.keyType },
  { type: CKA.TOKEN, value: name !== null },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: true },
  { type: CKA.EXTRACTABLE, value: false },
  { type: CKA.SIGN, value: true },
  { type: CKA.SIGN_RECOVER, value: false },
  { type: CKA.DECRYPT, value: false },
  { type: CKA.UNWRAP, value: false },
  { type: CKA.DERIVE, value: false },
  ...identity(name),
  { type: CKA.MODIFIABLE, value: false },
];

/** What is read back of a private key: that it signs, that it stays, that it does nothing else. */
const verifiedTypes: ReadonlySet<number> = new Set([
  CKA.CLASS,
  CKA.KEY_TYPE,
  CKA.TOKEN,
  CKA.PRIVATE,
  CKA.SENSITIVE,
  CKA.EXTRACTABLE,
  CKA.SIGN,
  CKA.DECRYPT,
  CKA.UNWRAP,
  CKA.DERIVE,
]);

/**
 * A new pair that only signs; a token object where `name` is given (both halves share its id).
 * @throws Failure 'object-refused' where the token made something else, or the id is taken
 */
export const generateSigningKey = (
  session: Session,
  curve: Curve,
  name: TokenKeyName | null,
): KeyPair => {
  if (name !== null) session.requireFreeId(name.objectId);
  const facts = curves[curve];
  const secret = privateTemplate(facts, name);
  const pair = session.generateKeyPair(facts.generate, publicTemplate(facts, name), secret);
  try {
    session.requireAttributes(
      pair.privateKey,
      secret.filter((attribute) => verifiedTypes.has(attribute.type)),
    );
    return pair;
  } catch (error) {
    session.destroy(pair.privateKey);
    session.destroy(pair.publicKey);
    throw error;
  }
};

/** @throws Failure 'object-refused' where the object is not a private key as we make them */
export const confirmPrivateKey = (session: Session, object: ObjectHandle, curve: Curve): void => {
  const made = privateTemplate(curves[curve], null).filter(({ type }) => verifiedTypes.has(type));
  session.requireAttributes(object, [
    ...made.filter(({ type }) => type !== CKA.TOKEN),
    { type: CKA.TOKEN, value: true },
    { type: CKA.ALWAYS_SENSITIVE, value: true },
    { type: CKA.NEVER_EXTRACTABLE, value: true },
  ]);
};

/**
 * The public half as a DER SubjectPublicKeyInfo, as openssl and node:crypto read it. Tokens give
 * the point inside an OCTET STRING (PKCS#11 v2.40 §2.3.3) or, older ones, bare.
 * @throws Failure 'object-refused' where the token gives no such point
 */
export const publicKeySpki = (session: Session, publicKey: ObjectHandle, curve: Curve): Buffer => {
  const { point: length, spki } = curves[curve];
  const given = session.attribute(publicKey, CKA.EC_POINT) ?? Buffer.alloc(0);
  const enclosed = given.length === length + 2 && given[0] === 0x04 && given[1] === length;
  const point = enclosed ? given.subarray(2) : given;
  if (point.length === length) return Buffer.concat([spki, point]);
  throw noPublicKey(given.length);
};

/** DER INTEGER of an unsigned big-endian number (X.690 §8.3). */
const derInteger = (unsigned: Buffer): Buffer => {
  const start = unsigned.findIndex((byte) => byte !== 0);
  const digits = unsigned.subarray(start === -1 ? unsigned.length - 1 : start);
  const body = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, body.length]), body]);
};

/** r‖s of CKM_ECDSA as the DER Ecdsa-Sig-Value of RFC 3279 §2.2.3. */
export const ecdsaSignatureDer = (raw: Buffer): Buffer => {
  const half = raw.length / 2;
  const body = Buffer.concat([derInteger(raw.subarray(0, half)), derInteger(raw.subarray(half))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
};

/**
 * Signs a message: Ed25519 gives 64 bytes; P-256 hashes with SHA-256 here and gives DER, since
 * hashing mechanisms are not everywhere.
 */
export const signMessage = (
  session: Session,
  curve: Curve,
  privateKey: ObjectHandle,
  message: Uint8Array,
): Buffer => {
  const { sign } = curves[curve];
  if (curve === 'ed25519') return session.sign(privateKey, sign, message, SIGNATURE_BYTES);
  return signDigest(session, privateKey, createHash('sha256').update(message).digest());
};

/** ECDSA on P-256 over a digest of 32 bytes, in DER. */
export const signDigest = (
  session: Session,
  privateKey: ObjectHandle,
  digest: Uint8Array,
): Buffer => {
  if (digest.length !== 32) throw new Error('a SHA-256 digest has 32 bytes');
  const raw = session.sign(privateKey, curves.p256.sign, digest, SIGNATURE_BYTES);
  return ecdsaSignatureDer(raw);
};
