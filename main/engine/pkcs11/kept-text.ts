import { randomBytes } from 'node:crypto';
import { CKA, CKK, CKO } from './native.ts';
import type { Template } from './templates.ts';

/*
 * Text that a token keeps for its user and nobody else: in a data object, or as the label of a
 * secret that nobody uses, where the token has no data objects (NSS).
 */

export const dataObject = (label: string, value: Buffer): Template => [
  { type: CKA.CLASS, value: CKO.DATA },
  { type: CKA.TOKEN, value: true },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.APPLICATION, value: 'claviger' },
  { type: CKA.LABEL, value: label },
  { type: CKA.VALUE, value },
  { type: CKA.MODIFIABLE, value: false },
];

/** @param objectId one that is free: on NSS an id that exists would silently replace its object */
export const labelledSecret = (label: string, objectId: Buffer): Template => [
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
  { type: CKA.ID, value: objectId },
  { type: CKA.LABEL, value: label },
  { type: CKA.MODIFIABLE, value: false },
];
