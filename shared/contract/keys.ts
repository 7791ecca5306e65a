import * as v from 'valibot';
import { bulks, custodies, keyNameSchema, keyStates } from '../keys.ts';
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

export const keyRowSchema = v.strictObject({
  id: keyId,
  name: text(),
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  state: v.picklist(keyStates),
  version: positive,
  kcv,
  created: time,
  ...use,
});
export type KeyRow = v.InferOutput<typeof keyRowSchema>;

const versionSchema = v.strictObject({
  version: positive,
  state: v.picklist(keyStates),
  kcv,
  created: time,
  ...use,
});

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
    }),
    output: v.strictObject({ key: keyRowSchema, record: positive }),
    unlocked: true,
    audit: 'by-service',
  },
  'keys.detail': {
    input: v.strictObject({ id: keyId }),
    output: keyDetailSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
} as const;
