import { randomBytes } from 'node:crypto';
import { CKA, CKK, CKO } from './native.ts';
import type { TokenProfile } from './profile.ts';
import type { ObjectHandle, Session } from './session.ts';
import type { Template } from './templates.ts';

/*
 * The anchor: the newest signed checkpoint of a vault, kept in its token. In a data object where
 * the token has those, else as the label of a secret that nobody uses (NSS).
 */

export type AnchorKind = TokenProfile['anchor'];

/** Where a data object lies; a label is recognised by how the note begins. */
const dataLabel = (vaultId: string): string => `claviger/${vaultId}/anchor`;
const noteStart = (vaultId: string): string => `claviger.invalid/${vaultId}/`;

interface Held {
  readonly object: ObjectHandle;
  readonly note: string;
}

const dataObject = (vaultId: string, note: string): Template => [
  { type: CKA.CLASS, value: CKO.DATA },
  { type: CKA.TOKEN, value: true },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.APPLICATION, value: 'claviger' },
  { type: CKA.LABEL, value: dataLabel(vaultId) },
  { type: CKA.VALUE, value: Buffer.from(note) },
  { type: CKA.MODIFIABLE, value: false },
];

const labelledSecret = (note: string): Template => [
  { type: CKA.CLASS, value: CKO.SECRET_KEY },
  { type: CKA.KEY_TYPE, value: CKK.GENERIC_SECRET },
  { type: CKA.TOKEN, value: true },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: true },
  { type: CKA.EXTRACTABLE, value: false },
  { type: CKA.SIGN, value: false },
  { type: CKA.VERIFY, value: false },
  { type: CKA.DERIVE, value: false },
  { type: CKA.VALUE, value: randomBytes(16) },
  // An id that exists would silently replace its object on NSS.
  { type: CKA.ID, value: randomBytes(16) },
  { type: CKA.LABEL, value: note },
  { type: CKA.MODIFIABLE, value: false },
];

const textOf = (session: Session, object: ObjectHandle, type: number): string =>
  (session.attribute(object, type) ?? Buffer.alloc(0)).toString('utf8');

const held = (session: Session, kind: AnchorKind, vaultId: string): Held[] => {
  if (kind === 'none') return [];
  if (kind === 'data-object')
    return session
      .find({ class: CKO.DATA, token: true, label: dataLabel(vaultId) })
      .map((object) => ({ object, note: textOf(session, object, CKA.VALUE) }));
  return session
    .find({ class: CKO.SECRET_KEY, token: true })
    .map((object) => ({ object, note: textOf(session, object, CKA.LABEL) }))
    .filter(({ note }) => note.startsWith(noteStart(vaultId)));
};

/** The notes of all anchors of a vault, signed by whomever; null where the token keeps none. */
export const readAnchors = (
  session: Session,
  kind: AnchorKind,
  vaultId: string,
): string[] | null =>
  kind === 'none' ? null : held(session, kind, vaultId).map(({ note }) => note);

/**
 * Makes the new anchor, reads it back, and only then destroys the older ones: whatever moment the
 * power goes at, one of them is there. Read back by value because a token may cut what is long.
 */
export const replaceAnchor = (
  session: Session,
  kind: AnchorKind,
  vaultId: string,
  note: string,
): void => {
  if (kind === 'none') return;
  const older = held(session, kind, vaultId);
  const made = session.createObject(
    kind === 'data-object' ? dataObject(vaultId, note) : labelledSecret(note),
  );
  const kept = textOf(session, made, kind === 'data-object' ? CKA.VALUE : CKA.LABEL);
  if (kept !== note) {
    session.destroy(made);
    throw new Error('the token did not keep the anchor as it was given');
  }
  for (const { object } of older) session.destroy(object);
};
