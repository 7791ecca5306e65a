import { randomBytes } from 'node:crypto';
import { dataObject, labelledSecret } from '../kept-text.ts';
import { CKA } from '../native.ts';
import type { Session } from '../session.ts';
import type { Template } from '../templates.ts';
import type { Bench, Check, Seen } from './bench.ts';

/*
 * Where the newest checkpoint of the ledger can be kept in the token: in a data object, or else
 * in the label of a secret that nobody uses.
 */

/** A signed checkpoint has about 300 bytes. */
const CHECKPOINT_BYTES = 400;

const storedAndGone = (session: Session, template: Template, read: number, value: Buffer): Seen => {
  const object = session.createObject(template);
  const same = session.attribute(object, read)?.equals(value) === true;
  session.destroy(object);
  const gone = !session.find({ token: true, label: labelOf(template) }).length;
  if (!same) return { seen: 'other content', ok: false };
  return { seen: gone ? 'kept and destroyed' : 'not destroyed', ok: gone };
};

const labelOf = (template: Template): string =>
  String(template.find((attribute) => attribute.type === CKA.LABEL)?.value ?? '');

const longText = (): string =>
  `claviger/probe/${randomBytes(CHECKPOINT_BYTES / 2).toString('hex')}`;

const keepsDataObject = (_: Bench, session: Session): Seen => {
  const value = randomBytes(CHECKPOINT_BYTES);
  const label = `claviger/probe/${randomBytes(16).toString('hex')}`;
  return storedAndGone(session, dataObject(label, value), CKA.VALUE, value);
};

const keepsLongLabel = (_: Bench, session: Session): Seen => {
  const label = longText();
  return storedAndGone(
    session,
    labelledSecret(label, randomBytes(16)),
    CKA.LABEL,
    Buffer.from(label),
  );
};

export const storageChecks: readonly Check[] = [
  {
    name: 'data-object',
    run: keepsDataObject,
  },
  {
    name: 'label-object',
    run: keepsLongLabel,
  },
];
