import * as v from 'valibot';
import { keyStates } from '../keys.ts';
import { auditRowSchema } from './audit.ts';
import { batchId, count, keyId, list, nothing, positive, text, time } from './basics.ts';
import { findingKinds, tokenFindingKinds } from './rollback.ts';
import { sessionSchema } from './session.ts';

const daySchema = v.strictObject({
  /** In the computer's time zone, like 2026-11-20. */
  day: v.pipe(v.string(), v.isoDate()),
  encrypted: count,
  decrypted: count,
  verified: count,
  failed: count,
});

/** Something to do or decide, most urgent first. The window has the words. */
const attentionSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('rolled-back') }),
  v.strictObject({ kind: v.literal('ledger-damaged') }),
  /** Found at unlock; does not make the vault read-only. */
  v.strictObject({
    kind: v.literal('finding'),
    finding: v.picklist([...findingKinds, ...tokenFindingKinds]),
  }),
  v.strictObject({ kind: v.literal('pin-tries'), state: v.picklist(['count-low', 'final-try']) }),
  /** Of the last days. */
  v.strictObject({ kind: v.literal('pins-refused'), tries: count }),
  v.strictObject({ kind: v.literal('files-failed'), files: count }),
  /** Weaker than recommended. */
  v.strictObject({
    kind: v.literal('setting-weak'),
    setting: v.picklist(['autoLockMinutes', 'lockWithSystem', 'cacheIdleMinutes', 'cacheMinutes']),
    minutes: count,
  }),
  v.strictObject({ kind: v.literal('key-compromised'), key: keyId, name: text(), files: count }),
  v.strictObject({
    kind: v.literal('key-rotation'),
    key: keyId,
    name: text(),
    state: v.picklist(['due', 'overdue']),
    ends: time,
  }),
  v.strictObject({
    kind: v.literal('key-destruction'),
    key: keyId,
    name: text(),
    version: positive,
    at: time,
    /** It was due, and a person has to confirm it. */
    postponed: v.boolean(),
  }),
  v.strictObject({ kind: v.literal('key-seals'), key: keyId, name: text(), percent: count }),
  v.strictObject({ kind: v.literal('batch-unfinished'), batch: batchId, files: count }),
  v.strictObject({ kind: v.literal('no-loss-plan') }),
  v.strictObject({ kind: v.literal('no-keys') }),
  v.strictObject({ kind: v.literal('not-verified') }),
]);
export type Attention = v.InferOutput<typeof attentionSchema>;

export const overviewSchema = v.strictObject({
  session: sessionSchema,
  keysByState: list(v.strictObject({ state: v.picklist(keyStates), keys: count })),
  keys: count,
  /** The last 30 days, oldest first, without gaps. */
  activity: list(daySchema),
  attention: list(attentionSchema),
  /** Newest first; actions of people and of the program, not single files. */
  recent: list(auditRowSchema),
});
export type Overview = v.InferOutput<typeof overviewSchema>;

export const overviewCalls = {
  'overview.get': {
    input: nothing,
    output: overviewSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
} as const;
