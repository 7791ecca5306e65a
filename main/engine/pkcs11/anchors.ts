import { createHash } from 'node:crypto';
import { noPlaceForCheckpoint } from '../../../shared/messages/failures/pkcs11.ts';
import { dataObject, labelledSecret } from './kept-text.ts';
import { CKA, CKO } from './native.ts';
import type { TokenProfile } from './profile.ts';
import type { ObjectHandle, Session } from './session.ts';
import { OBJECT_ID_BYTES } from './templates.ts';

/*
 * The anchor: the newest signed checkpoint of a vault, kept in its token. In a data object where
 * the token has those, else as the label of a secret that nobody uses (NSS).
 */

export type AnchorKind = TokenProfile['anchor'];

/** Where a data object is; a label is recognised by the start of the note. */
const dataLabel = (vaultId: string): string => `claviger/${vaultId}/anchor`;
const noteStart = (vaultId: string): string => `claviger.invalid/${vaultId}/`;

/**
 * The two places of a label anchor, used in turn: finding it then takes no look at every key. NSS
 * replaces an object whose CKA_ID exists, so each is emptied before it is used again.
 */
const places = (vaultId: string): [Buffer, Buffer] => [placeOf(vaultId, 0), placeOf(vaultId, 1)];
const placeOf = (vaultId: string, number: number): Buffer =>
  createHash('sha256')
    .update(`claviger/anchor/1\n${vaultId}\n${number}\n`)
    .digest()
    .subarray(0, OBJECT_ID_BYTES);

interface Held {
  readonly object: ObjectHandle;
  readonly note: string;
}

const textOf = (session: Session, object: ObjectHandle, type: number): string =>
  (session.attribute(object, type) ?? Buffer.alloc(0)).toString('utf8');

const dataObjects = (session: Session, vaultId: string): Held[] =>
  session
    .find({ class: CKO.DATA, token: true, label: dataLabel(vaultId) })
    .map((object) => ({ object, note: textOf(session, object, CKA.VALUE) }));

const labels = (session: Session, objects: readonly ObjectHandle[], vaultId: string): Held[] =>
  objects
    .map((object) => ({ object, note: textOf(session, object, CKA.LABEL) }))
    .filter(({ note }) => note.startsWith(noteStart(vaultId)));

const inPlace = (session: Session, objectId: Buffer): ObjectHandle[] =>
  session.find({ class: CKO.SECRET_KEY, token: true, objectId });

const everywhere = (session: Session, vaultId: string): Held[] =>
  labels(session, session.find({ class: CKO.SECRET_KEY, token: true }), vaultId);

const held = (session: Session, vaultId: string): Held[] => [
  ...dataObjects(session, vaultId),
  ...labels(
    session,
    places(vaultId).flatMap((place) => inPlace(session, place)),
    vaultId,
  ),
];

/**
 * The notes of all anchors of a vault, signed by whomever, of whatever kind.
 * @param thorough also those that older versions kept under ids of their own: reads every key
 */
export const readAnchors = (session: Session, vaultId: string, thorough: boolean): string[] => [
  ...new Set(
    [...held(session, vaultId), ...(thorough ? everywhere(session, vaultId) : [])].map(
      ({ note }) => note,
    ),
  ),
];

export interface NewAnchor {
  readonly kind: Exclude<AnchorKind, 'none'>;
  readonly vaultId: string;
  readonly note: string;
  /** Notes that it makes superfluous; no other anchor is touched. */
  readonly superseded: readonly string[];
}

/**
 * Makes the new anchor, reads it back, and only then destroys the superseded ones, so that a power
 * cut always leaves one of them. Read back by value because a token may cut what is long.
 */
export const keepAnchor = (session: Session, anchor: NewAnchor): void => {
  const { kind, vaultId, note } = anchor;
  const template =
    kind === 'data-object'
      ? dataObject(dataLabel(vaultId), Buffer.from(note))
      : labelledSecret(note, freePlace(session, anchor));
  const made = session.createObject(template);
  const kept = textOf(session, made, kind === 'data-object' ? CKA.VALUE : CKA.LABEL);
  if (kept !== note) {
    session.destroy(made);
    throw new Error('the token did not keep the anchor as it was given');
  }
  destroySuperseded(session, anchor);
};

const destroySuperseded = (session: Session, { vaultId, note, superseded }: NewAnchor): void => {
  const old = new Set(superseded.filter((each) => each !== note));
  const found = held(session, vaultId);
  const isFarOff = [...old].some((each) => found.every((one) => one.note !== each));
  const all = isFarOff ? [...found, ...everywhere(session, vaultId)] : found;
  const doomed = new Map(
    all
      .filter((each) => old.has(each.note))
      .map(({ object }) => [object.bytes.toString('hex'), object]),
  );
  for (const object of doomed.values()) session.destroy(object);
};

/** The empty place, or else the one whose anchor is superseded, emptied. */
const freePlace = (session: Session, { vaultId, superseded }: NewAnchor): Buffer => {
  const taken = places(vaultId).map((place) => ({ place, objects: inPlace(session, place) }));
  const empty = taken.find(({ objects }) => objects.length === 0);
  if (empty !== undefined) return empty.place;
  const old = taken.find(({ objects }) =>
    labels(session, objects, vaultId).some(({ note }) => superseded.includes(note)),
  );
  if (old === undefined) throw noPlaceForCheckpoint();
  for (const object of old.objects) session.destroy(object);
  return old.place;
};
