import * as v from 'valibot';
import { limits } from '../limits.ts';
import {
  batchId,
  count,
  hash,
  keyId,
  list,
  nothing,
  page,
  positive,
  rows,
  text,
  time,
} from './basics.ts';

const outcomes = v.picklist(['ok', 'refused', 'failed']);

/** A value of a record, shortened if it is long: the exact line has all of it. */
const fact = v.union([v.null(), v.boolean(), v.number(), text(limits.longTextLength)]);
const facts = v.pipe(
  v.record(text(), fact),
  v.check((value) => Object.keys(value).length <= limits.recordFacts),
);

/**
 * Records that no checkpoint covered when they were made. `locked`: while the vault was locked,
 * `interrupted`: then or before the program was interrupted; the next unlock signed them. `waiting`:
 * the next checkpoint covers it.
 */
const markSchema = v.picklist(['locked', 'interrupted', 'waiting']);
export type Mark = v.InferOutput<typeof markSchema>;

/** One record, flat enough for a table. */
export const auditRowSchema = v.strictObject({
  seq: positive,
  time,
  user: text(),
  host: text(),
  /** Like key.create, file.encrypt, vault.unlock. */
  action: text(),
  outcome: outcomes,
  code: v.nullable(text()),
  /** Name of the key it is about; null if none. */
  keyName: v.nullable(text()),
  subject: facts,
  details: facts,
  mark: v.nullable(markSchema),
});
export type AuditRow = v.InferOutput<typeof auditRowSchema>;

export const auditFilterSchema = v.strictObject({
  /** Records from this moment on. */
  since: v.exactOptional(time),
  /** Records before this moment. */
  until: v.exactOptional(time),
  key: v.exactOptional(keyId),
  batch: v.exactOptional(batchId),
  action: v.exactOptional(text()),
  outcome: v.exactOptional(outcomes),
  /** Found in any value of a record; case does not matter. */
  text: v.exactOptional(text()),
});
export type AuditFilter = v.InferOutput<typeof auditFilterSchema>;

export const auditPageSchema = v.strictObject({
  /** Newest first. */
  rows: rows(auditRowSchema),
  /** How many records match the filter. */
  total: count,
  /** Records of the ledger that were searched; pass it as `upTo` for the next page. */
  upTo: count,
});

export const recordSchema = v.strictObject({
  row: auditRowSchema,
  clock: text(),
  app: text(),
  token: v.nullable(v.strictObject({ label: text(), serial: text() })),
  /** The line as it is in the ledger, without its LF. */
  line: text(limits.recordLength),
  /** Leaf hash of RFC 6962 §2.1. */
  leaf: hash,
  /** Number of records of the first checkpoint that covers it; null if none does. */
  signed: v.nullable(v.strictObject({ records: positive, curve: v.picklist(['ed25519', 'p256']) })),
});
export type AuditRecord = v.InferOutput<typeof recordSchema>;

export const verdictSchema = v.strictObject({
  sound: v.boolean(),
  records: count,
  root: hash,
  at: time,
  findings: list(
    v.strictObject({
      kind: v.picklist(['damage', 'notice']),
      record: v.nullable(count),
      byte: v.nullable(count),
      problem: text(limits.longTextLength),
    }),
  ),
  /** How many findings there are altogether. */
  total: count,
});
export type Verdict = v.InferOutput<typeof verdictSchema>;

export const auditCalls = {
  /** One record is made for each new filter, not for each page. */
  'audit.query': {
    input: v.strictObject({ filter: auditFilterSchema, upTo: v.nullable(count), ...page }),
    output: auditPageSchema,
    unlocked: true,
    looking: true,
    audit: 'by-service',
  },
  'audit.record': {
    input: v.strictObject({ seq: positive }),
    output: recordSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /** The actions that occur in this ledger, for the filter. */
  'audit.actions': {
    input: nothing,
    output: list(text()),
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /** Checks every record. Its result is also in the session's status. */
  'audit.verify': {
    input: nothing,
    output: verdictSchema,
    unlocked: true,
    looking: true,
    audit: 'by-service',
  },
} as const;
