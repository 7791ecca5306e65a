import * as v from 'valibot';
import {
  batchId,
  count,
  failureSchema,
  hash,
  keyId,
  list,
  nothing,
  pin,
  positive,
  text,
  time,
  typedPin,
} from './basics.ts';
import { pinStateSchema, profileSchema } from './token.ts';

/** The last time that every record was checked, in this run of the program. */
export const verificationSchema = v.strictObject({
  state: v.picklist(['none', 'running', 'sound', 'damaged']),
  /** Records that were checked. */
  records: count,
  at: v.nullable(time),
});
export type Verification = v.InferOutput<typeof verificationSchema>;

/** The newest signed checkpoint. */
export const checkpointSchema = v.strictObject({
  records: count,
  /** null if it was signed before this unlock. */
  at: v.nullable(time),
  /**
   * `now`: the token keeps it. `later`: it keeps an older one until the vault is locked, or a minute
   * has passed. `never`: there is no rollback detection.
   */
  inToken: v.picklist(['now', 'later', 'never']),
});

/** A Fast key whose bytes are in the engine's memory now. */
export const cachedKeySchema = v.strictObject({
  id: keyId,
  name: text(),
  version: positive,
  since: time,
  lastUsed: time,
  /** Latest time at which it is overwritten, if it is not used again. */
  until: time,
});

export const sessionSchema = v.strictObject({
  token: v.strictObject({
    label: text(),
    serial: text(),
    model: text(),
    manufacturer: text(),
    firmware: text(),
    present: v.boolean(),
    pinState: pinStateSchema,
  }),
  evaluation: v.boolean(),
  /**
   * The engine was lost and started again: why, and that `session.unlock` is awaited once more. A
   * running batch waits for it too.
   */
  pinNeeded: v.nullable(failureSchema),
  unlockedAt: time,
  ledger: v.strictObject({
    records: count,
    root: hash,
    verification: verificationSchema,
    checkpoint: v.nullable(checkpointSchema),
  }),
  cachedKeys: list(cachedKeySchema),
  /** When the vault is locked if nothing is typed or moved before. */
  locksAt: time,
  /** Days that the destruction of a version waits, as set in the vault. */
  waitingDays: positive,
  /** The batch that runs now. */
  batch: v.nullable(batchId),
  user: text(),
  host: text(),
});
export type Session = v.InferOutput<typeof sessionSchema>;

/**
 * What became of an unlock with the right PIN; the screen that follows shows the rest. `read-only`:
 * not as it was signed last. `unsigned-tail`: still locked, until a person has confirmed its last
 * records (carryOver.look).
 */
export const unlockedSchema = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['open', 'read-only']), session: sessionSchema }),
  v.strictObject({ kind: v.literal('unsigned-tail') }),
]);
export type Unlocked = v.InferOutput<typeof unlockedSchema>;

export const sessionCalls = {
  /** @fails pin-incorrect, pin-locked, token-not-found, … ; a refused PIN is a record */
  'session.unlock': {
    input: v.strictObject({ pin }),
    output: unlockedSchema,
    unlocked: false,
    audit: 'by-service',
  },
  'session.lock': { input: nothing, output: nothing, unlocked: false, audit: 'by-service' },
  'session.status': {
    input: nothing,
    output: sessionSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /** The findings of the probe of this vault's token. */
  'session.profile': {
    input: nothing,
    output: profileSchema,
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /** @fails pin-incorrect, pin-unsuitable, pin-unclear, … ; recorded before and after */
  'session.changePin': {
    input: v.strictObject({
      /** Null if both are typed at the token. */
      change: v.nullable(v.strictObject({ oldPin: typedPin, newPin: typedPin })),
    }),
    output: sessionSchema,
    unlocked: true,
    audit: 'by-service',
  },
  /** How long destructions wait from now on. */
  'session.setWaitingDays': {
    input: v.strictObject({ days: count }),
    output: sessionSchema,
    unlocked: true,
    audit: 'by-service',
  },
  /** Overwrites the Fast keys in memory: one, or all. */
  'session.flushKeys': {
    input: v.strictObject({ id: v.nullable(keyId) }),
    output: sessionSchema,
    unlocked: true,
    audit: 'window.session.flushKeys',
  },
} as const;
