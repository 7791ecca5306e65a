import { CKA, type Native } from './native.ts';
import type { Attribute } from './templates.ts';

/** What an object must have to be found; all of it. */
export interface Search {
  readonly objectId?: Uint8Array;
  readonly label?: string;
  /** CKO_ number. */
  readonly class?: number;
  /** true: token objects only; false: session objects only. */
  readonly token?: boolean;
}

const FIND_AT_ONCE = 100;

/** The handles of all objects that fit (PKCS#11 v2.40 §5.7, C_FindObjects). */
export const searchObjects = (native: Native, session: Buffer, search: Search): Buffer[] => {
  native.C_FindObjectsInit(session, searchTemplate(search));
  try {
    const found: Buffer[] = [];
    for (;;) {
      const some = native.C_FindObjects(session, FIND_AT_ONCE);
      if (some.length === 0) return found;
      found.push(...some);
    }
  } finally {
    native.C_FindObjectsFinal(session);
  }
};

const searchTemplate = (search: Search): Attribute[] => [
  ...(search.class === undefined ? [] : [{ type: CKA.CLASS, value: search.class }]),
  ...(search.token === undefined ? [] : [{ type: CKA.TOKEN, value: search.token }]),
  ...(search.objectId === undefined ? [] : [{ type: CKA.ID, value: Buffer.from(search.objectId) }]),
  ...(search.label === undefined ? [] : [{ type: CKA.LABEL, value: search.label }]),
];
