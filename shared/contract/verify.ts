import * as v from 'valibot';
import { limits } from '../limits.ts';
import { reportKinds } from '../reports.ts';
import { count, hash, list, nothing, shownPath, text, time } from './basics.ts';

/** What a verified file says about itself; true only if it is genuine. */
const aboutSchema = v.strictObject({
  kind: v.picklist(reportKinds),
  title: text(),
  made: time,
  by: text(),
  vault: text(),
  evaluation: v.boolean(),
  range: v.strictObject({ first: count, last: count }),
  counts: v.strictObject({ searched: count, included: count, omitted: count }),
  algorithm: text(),
  /** A checkpoint closes the records before the range. */
  opening: v.boolean(),
  timestamps: count,
  limits: list(text(limits.longTextLength)),
});

export const reportVerdictSchema = v.strictObject({
  file: v.strictObject({ name: text(), bytes: count, sha256: hash }),
  /** The name of the previous report, if one was given. */
  previous: v.nullable(text()),
  /** CSV and PDF that were given too, and which report's SHA-256 they name; null for another's. */
  renderings: list(
    v.strictObject({
      name: text(),
      of: v.nullable(v.picklist(['this', 'previous'])),
      /** Of a PDF; null for a CSV, which has none. */
      signature: v.nullable(v.picklist(['whole', 'other', 'broken', 'none'])),
    }),
  ),
  /** Names of files that were given too and are neither. */
  ignored: list(text()),
  genuine: v.boolean(),
  /** Genuine, and proved to be complete. */
  complete: v.boolean(),
  /** In the order in which they were made; the first that fails is the reason. */
  checks: list(
    v.strictObject({ name: text(), ok: v.boolean(), words: text(limits.longTextLength) }),
  ),
  /** Of the key that signed; null where there is none. */
  fingerprint: v.nullable(hash),
  /** The reader gave the fingerprint to be compared. */
  compared: v.boolean(),
  /** Why its key is trusted: it is the open vault's, or a person has compared it. */
  signer: v.nullable(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('this-vault') }),
      v.strictObject({ kind: v.literal('compared'), by: text(), at: time }),
    ]),
  ),
  /** A vault is open, and its key did not sign this. */
  otherVault: v.boolean(),
  about: v.nullable(aboutSchema),
  at: time,
});
export type ReportVerdict = v.InferOutput<typeof reportVerdictSchema>;

/** None of these needs a vault. */
export const verifyCalls = {
  /** Asks for a report, and the previous one; null if the dialog was cancelled. */
  'verify.pick': {
    input: nothing,
    output: v.nullable(reportVerdictSchema),
    unlocked: false,
    audit: 'by-service',
  },
  /** Verifies the same files again, against a fingerprint that the reader got in another way. */
  'verify.against': {
    input: v.strictObject({ fingerprint: v.nullable(text()) }),
    output: reportVerdictSchema,
    unlocked: false,
    audit: 'by-service',
  },
  /** Saves the verdict as text; null if the dialog was cancelled. */
  'verify.save': {
    input: nothing,
    output: v.nullable(v.strictObject({ path: shownPath })),
    unlocked: false,
    audit: 'none',
  },
} as const;
