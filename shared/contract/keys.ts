import * as v from 'valibot';
import { keyActs, keyReasons } from '../key-life.ts';
import { bulks, custodies, keyNameSchema, keyStates, atPeriodEnds } from '../keys.ts';
import { limits } from '../limits.ts';
import { count, keyId, list, nothing, positive, text, time } from './basics.ts';
import { auditRowSchema } from './audit.ts';
import { pairSchema } from './token.ts';

const kcv = v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{6}$/)));

/** The use of a key, according to this vault's ledger. */
const use = {
  /** Files encrypted with it. */
  files: count,
  lastUsed: v.nullable(time),
} as const;

/** Uses that the state of a version refused; null: none. */
const refused = v.nullable(v.strictObject({ times: positive, last: time }));

export const keyRowSchema = v.strictObject({
  id: keyId,
  name: text(),
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  state: v.picklist(keyStates),
  version: positive,
  kcv,
  created: time,
  activated: v.nullable(time),
  activates: v.nullable(time),
  periodDays: v.nullable(positive),
  atPeriodEnd: v.picklist(atPeriodEnds),
  protected: v.boolean(),
  /** Whether the newest version should be rotated; null: not yet. */
  rotation: v.nullable(
    v.strictObject({
      state: v.picklist(['due', 'overdue']),
      because: v.picklist(['period', 'seals']),
    }),
  ),
  /** When its cryptoperiod ends; null: it has no end. */
  periodEnds: v.nullable(time),
  ...use,
});
export type KeyRow = v.InferOutput<typeof keyRowSchema>;

const versionSchema = v.strictObject({
  version: positive,
  state: v.picklist(keyStates),
  kcv,
  created: time,
  since: v.nullable(time),
  activates: v.nullable(time),
  activated: v.nullable(time),
  deactivated: v.nullable(time),
  compromised: v.nullable(time),
  destroyed: v.nullable(time),
  destroys: v.nullable(time),
  postponed: v.boolean(),
  beforeDestroy: v.nullable(v.picklist(keyStates)),
  refused,
  ...use,
});

/** A change of a key that an officer asks for. */
const changeSchema = v.pipe(
  v.strictObject({
    id: keyId,
    act: v.picklist(keyActs),
    version: v.optional(positive),
    reason: v.picklist(keyReasons),
    note: text(),
    since: v.optional(time),
    periodDays: v.optional(v.nullable(count)),
    atPeriodEnd: v.optional(v.picklist(atPeriodEnds)),
    waitingDays: v.optional(count),
    /** Without waiting: because it was never used, or because its date has come. */
    destroyNow: v.optional(v.picklist(['never-used', 'due'])),
  }),
  v.check(
    ({ act, destroyNow }) => destroyNow === undefined || act === 'schedule-destroy',
    'only a destruction can be without waiting',
  ),
);

export const keyDetailSchema = v.strictObject({
  key: keyRowSchema,
  /** Newest first. */
  versions: list(versionSchema),
  /** The newest records about it, without its files. */
  history: list(auditRowSchema),
  /** How many records are about it, with its files. */
  records: count,
  /** Encryptions of the newest version and their limit; null for token keys. */
  seals: v.nullable(v.strictObject({ used: count, limit: count })),
});
export type KeyDetail = v.InferOutput<typeof keyDetailSchema>;

export const keyCalls = {
  'keys.list': {
    input: nothing,
    output: list(keyRowSchema, limits.keys),
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /** Which protections the token supports, and why not the others. */
  'keys.options': { input: nothing, output: list(pairSchema), unlocked: true, audit: 'none' },
  'keys.create': {
    input: v.strictObject({
      name: keyNameSchema,
      custody: v.picklist(custodies),
      bulk: v.picklist(bulks),
      activates: v.optional(time),
      periodDays: v.optional(count),
      atPeriodEnd: v.optional(v.picklist(atPeriodEnds)),
    }),
    output: v.strictObject({ key: keyRowSchema, record: positive }),
    unlocked: true,
    audit: 'by-service',
  },
  'keys.change': {
    input: changeSchema,
    output: v.strictObject({ key: keyRowSchema, record: positive }),
    unlocked: true,
    audit: 'by-service',
  },
  /** What the destruction of a version means for the files that the ledger knows. */
  'keys.destroyPreview': {
    input: v.strictObject({ id: keyId, version: positive }),
    output: v.strictObject({
      files: count,
      unreadable: count,
      others: list(v.strictObject({ name: text(), files: count })),
      moved: count,
      refused,
    }),
    unlocked: true,
    audit: 'none',
  },
  'keys.detail': {
    input: v.strictObject({ id: keyId }),
    output: keyDetailSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
} as const;
