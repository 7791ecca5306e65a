import { dataObject, labelledSecret } from './kept-text.ts';
import { CKA, CKO } from './native.ts';
import type { TokenProfile } from './profile.ts';
import type { ObjectHandle, Session } from './session.ts';

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
    kind === 'data-object'
      ? dataObject(dataLabel(vaultId), Buffer.from(note))
      : labelledSecret(note),
  );
  const kept = textOf(session, made, kind === 'data-object' ? CKA.VALUE : CKA.LABEL);
  if (kept !== note) {
    session.destroy(made);
    throw new Error('the token did not keep the anchor as it was given');
  }
  for (const { object } of older) session.destroy(object);
};
