import * as v from 'valibot';
import { failureSchema, handle, hash, list, nothing, shownPath, text } from './basics.ts';
import { libraryParameters } from './token.ts';

const librarySchema = v.strictObject({
  id: handle,
  product: text(),
  path: shownPath,
  sha256: hash,
  parameters: libraryParameters,
});
export type Library = v.InferOutput<typeof librarySchema>;

/** Why the library of a locked vault is not loaded before a person has answered. */
export const trustQuestionSchema = v.variant('kind', [
  /** This computer does not know the vault: which library leads to its token? */
  v.strictObject({
    kind: v.literal('unknown'),
    /** Of the key that the ledger names; null where it names none. */
    fingerprint: v.nullable(hash),
    /** As the folder says. */
    token: v.strictObject({ label: text(), serial: text() }),
    /** Found on this computer; none is loaded. */
    libraries: list(librarySchema),
  }),
  /** The library is not the one that was trusted. */
  v.strictObject({ kind: v.literal('changed'), library: librarySchema, before: hash }),
  /** It has the name of the known vault, and another key. */
  v.strictObject({ kind: v.literal('other'), known: v.nullable(hash), here: v.nullable(hash) }),
  /** What is stored about it may be from somebody else. */
  v.strictObject({ kind: v.literal('damaged') }),
]);
export type TrustQuestion = v.InferOutput<typeof trustQuestionSchema>;

/** What this computer knows about the open vault, stored outside of its folder. */
export const trustCalls = {
  'trust.question': {
    input: nothing,
    output: trustQuestionSchema,
    unlocked: false,
    audit: 'none',
  },
  /** null if the dialog was cancelled. */
  'trust.pickLibrary': {
    input: nothing,
    output: v.nullable(librarySchema),
    unlocked: false,
    audit: 'none',
  },
  /** From now on, the library with this ID is the vault's. */
  'trust.answer': {
    input: v.strictObject({ library: handle, parameters: v.nullable(text()) }),
    /** Why it is known only while this program runs; null if it is stored. */
    output: v.strictObject({ notRemembered: v.nullable(failureSchema) }),
    unlocked: false,
    audit: 'none',
  },
} as const;
