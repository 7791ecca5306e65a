import { createHash, createPublicKey, verify } from 'node:crypto';
import { curveOf, type NoteCurve } from './public-key.ts';

/*
 * Signed notes (c2sp.org/signed-note): a text that ends in LF, an empty line, and lines
 * "— <key name> <base64 of key id and signature>".
 */

/** The public key that a reader trusts for one name. */
export interface NoteKey {
  readonly name: string;
  readonly curve: NoteCurve;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

export interface OpenedNote {
  /** The signed bytes as text, with the last LF. */
  readonly text: string;
  /** The bare signature: 64 bytes (Ed25519) or DER (ECDSA). */
  readonly signature: Buffer;
}

const signatureTypes: Readonly<Record<NoteCurve, number>> = { ed25519: 0x01, p256: 0x02 };
/** An Ed25519 SubjectPublicKeyInfo ends in the 32 bytes of the key (RFC 8410 §4). */
const ED25519_BYTES = 32;
const KEY_ID_BYTES = 4;
/** Bounds what is read of an untrusted note; the specification asks for at least 16. */
const MAX_SIGNATURES = 16;
const MAX_NOTE = 64 * 1024;
const DASH = '\u2014';

const sha256 = (...pieces: readonly (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};

/** The key as the specification encodes it: 32 bytes for Ed25519, DER for ECDSA. */
const encodedKey = ({ curve, spki }: NoteKey): Uint8Array =>
  curve === 'ed25519' ? spki.subarray(-ED25519_BYTES) : spki;

/** The 4 bytes that name the key in a signature line. */
export const noteKeyId = (key: NoteKey): Buffer =>
  (key.curve === 'ed25519'
    ? sha256(`${key.name}\n`, Uint8Array.of(signatureTypes.ed25519), encodedKey(key))
    : sha256(key.spki)
  ).subarray(0, KEY_ID_BYTES);

/** The key as one line that other implementations read: `<name>+<key id>+<type and key>`. */
export const verifierKey = (key: NoteKey): string => {
  const typed = Buffer.concat([Uint8Array.of(signatureTypes[key.curve]), encodedKey(key)]);
  return `${key.name}+${noteKeyId(key).toString('hex')}+${typed.toString('base64')}`;
};

/** SHA-256 of the DER SubjectPublicKeyInfo: 64 hex digits. */
export const fingerprintOf = (spki: Uint8Array): string => sha256(spki).toString('hex');

/** @param text ends in LF @param signature the bare one */
export const encodeNote = (text: string, key: NoteKey, signature: Uint8Array): string => {
  const named = Buffer.concat([noteKeyId(key), signature]).toString('base64');
  return `${text}\n${DASH} ${key.name} ${named}\n`;
};

export const isSignatureOf = (
  key: Pick<NoteKey, 'curve' | 'spki'>,
  text: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (curveOf(key.spki) !== key.curve) return false;
  try {
    const der = Buffer.from(key.spki);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(key.curve === 'ed25519' ? null : 'sha256', text, publicKey, signature);
  } catch {
    return false; // no key, or no signature in DER
  }
};

/** The parts of a note, with all signers; null if it is not a note. */
const split = (note: string): { text: string; lines: readonly string[] } | null => {
  if (note.length > MAX_NOTE || /[\x00-\x09\x0b-\x1f]/.test(note)) return null;
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) return null;
  const lines = note.slice(end + 2, -1).split('\n');
  return lines.length > MAX_SIGNATURES ? null : { text: note.slice(0, end + 1), lines };
};

const signatureLine = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

interface NamedSignature {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

const readSignature = (line: string): NamedSignature | null => {
  const [, name = '', encoded = ''] = signatureLine.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded || bytes.length <= KEY_ID_BYTES) return null;
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
};

/**
 * Text and signature where the key has signed the note; null otherwise, also where any line behind
 * the text is no signature or two are ours. Other signers are ignored.
 */
export const openNote = (note: string, key: NoteKey): OpenedNote | null => {
  const parts = split(note);
  if (parts === null) return null;
  const signatures = parts.lines.map(readSignature).filter((each) => each !== null);
  if (signatures.length < parts.lines.length) return null;
  const id = noteKeyId(key);
  const [ours, ...more] = signatures.filter(
    ({ name, keyId }) => name === key.name && keyId.equals(id),
  );
  if (ours === undefined || more.length > 0) return null;
  const { text } = parts;
  const { signature } = ours;
  return isSignatureOf(key, Buffer.from(text), signature) ? { text, signature } : null;
};
