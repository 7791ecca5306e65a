import * as v from 'valibot';
import { batchKinds, conflictRules, originalsRules, removals } from '../batch.ts';
import { digestAlgorithms } from '../file-digest.ts';
import { keyStates } from '../keys.ts';
import { limits } from '../limits.ts';
import {
  batchId,
  count,
  failureSchema,
  handle,
  hash,
  keyId,
  list,
  nothing,
  page,
  positive,
  rows,
  shownPath,
  text,
  time,
} from './basics.ts';

const kind = v.picklist(batchKinds);

/** Something dropped, chosen or opened from the file manager, before there is a plan. */
export const itemSchema = v.strictObject({
  id: handle,
  name: text(limits.pathLength),
  path: shownPath,
  folder: v.boolean(),
  /** Regular files in it. */
  files: count,
  /** How many of them are encrypted, by their first bytes or by name. */
  encrypted: count,
  bytes: count,
});
export type Item = v.InferOutput<typeof itemSchema>;

const slotWishSchema = v.strictObject({
  add: list(keyId, limits.slots),
  remove: list(keyId, limits.slots),
  /** Re-encrypting: whether the slots of other vaults' keys may be lost. */
  dropOthers: v.boolean(),
});
export type SlotWish = v.InferOutput<typeof slotWishSchema>;

/**
 * The files to be planned. They are kept in main, because opened files can be added at any time.
 */
export const draftSchema = v.strictObject({ items: list(itemSchema, limits.draftItems) });
export type Draft = v.InferOutput<typeof draftSchema>;

export const plannedRowSchema = v.strictObject({
  index: count,
  /** The input without its folder. */
  name: text(limits.pathLength),
  folder: shownPath,
  /** null where nothing is written (verify). */
  output: v.nullable(shownPath),
  /** It gets the original name stored in the file, which is known once the file is opened. */
  sealedName: v.boolean(),
  size: count,
});
/** `failed`: it was named and cannot be processed. */
const leftOut = v.picklist(['skipped', 'failed']);
const leftOutRowSchema = v.strictObject({
  name: text(limits.pathLength),
  folder: shownPath,
  reason: failureSchema,
});

const namedVersion = v.strictObject({ id: keyId, name: text(), version: positive });

const fateSchema = v.strictObject({
  /** null: no key of this vault. */
  from: v.nullable(v.strictObject({ ...namedVersion.entries, state: v.picklist(keyStates) })),
  fate: v.picklist(['replaced', 'up-to-date', 'refused', 'not-ours']),
  to: v.nullable(namedVersion),
  files: count,
  bytes: count,
});
export type Fate = v.InferOutput<typeof fateSchema>;

export const planSchema = v.strictObject({
  id: handle,
  kind,
  files: count,
  folders: count,
  bytes: count,
  /** Outputs that get another name, or replace a file, because theirs existed. */
  conflicts: count,
  skipped: count,
  failed: count,
  /** Disk space needed and available; null if nothing is written. */
  space: v.nullable(v.strictObject({ needed: count, free: count })),
  /** Whether the system has a trash for the originals. */
  trash: v.boolean(),
  /** Rewrap, re-encrypt: what becomes of the files, by key version. */
  fates: list(fateSchema, limits.listLength),
  /** Why it cannot be started; null if it can. */
  refusal: v.nullable(failureSchema),
});
export type Plan = v.InferOutput<typeof planSchema>;

export const receiptRowSchema = v.strictObject({
  name: text(limits.pathLength),
  folder: shownPath,
  output: v.nullable(shownPath),
  outcome: v.picklist(['done', 'failed', 'skipped', 'cancelled']),
  reason: v.nullable(failureSchema),
  bytes: count,
  /** Of the encrypted file. */
  digest: v.nullable(v.strictObject({ algorithm: v.picklist(digestAlgorithms), hex: hash })),
  key: v.nullable(keyId),
  version: v.nullable(positive),
  /** null where that was not asked for. */
  originalDeleted: v.nullable(v.boolean()),
});
export type ReceiptRow = v.InferOutput<typeof receiptRowSchema>;

/** A large file in progress; small ones finish too fast to be shown. */
const activeFileSchema = v.strictObject({
  name: text(limits.pathLength),
  folder: shownPath,
  size: count,
  bytesDone: count,
});

/** A batch that runs or has ended in this session. */
export const batchSchema = v.strictObject({
  id: batchId,
  kind,
  /** `interrupted`: stopped by a lost token or the like; it can be resumed. */
  state: v.picklist(['running', 'cancelling', 'finished', 'cancelled', 'interrupted']),
  /** Why it was interrupted. */
  failure: v.nullable(failureSchema),
  keys: list(v.strictObject({ id: keyId, name: text(), version: positive })),
  files: count,
  filesDone: count,
  bytes: count,
  bytesDone: count,
  done: count,
  failed: count,
  skipped: count,
  cancelled: count,
  /** What happened to the originals of finished files; null if they are kept. */
  originals: v.nullable(
    v.strictObject({ removal: v.picklist(removals), deleted: count, kept: count }),
  ),
  started: time,
  ended: v.nullable(time),
  /** Bytes per second over the last seconds; null until there is a measurement. */
  rate: v.nullable(count),
  secondsLeft: v.nullable(count),
  active: list(activeFileSchema),
  /** Where its outputs are, if all are in one folder. */
  outputFolder: v.nullable(shownPath),
});
export type Batch = v.InferOutput<typeof batchSchema>;

/** How many files that the ledger knows a key version opened before a batch, and opens now. */
const knownVersionSchema = v.strictObject({
  id: keyId,
  name: text(),
  version: positive,
  state: v.picklist(keyStates),
  destroys: v.nullable(time),
  before: count,
  after: count,
});
export type KnownVersion = v.InferOutput<typeof knownVersionSchema>;

const unfinishedSchema = v.strictObject({ id: batchId, kind, created: time, files: count });

/** One of the last batches, from the ledger. */
const pastBatchSchema = v.strictObject({
  id: batchId,
  kind,
  started: time,
  files: count,
  bytes: count,
  keys: list(text()),
  done: count,
  failed: count,
  /** False where the ledger has no end of it. */
  ended: v.boolean(),
});
export type PastBatch = v.InferOutput<typeof pastBatchSchema>;

const outcomeFilter = v.picklist(['all', 'done', 'not-done']);
const whichBatch = v.strictObject({ id: batchId });

export const workCalls = {
  'draft.get': { input: nothing, output: draftSchema, unlocked: true, audit: 'none' },
  'draft.pickFiles': { input: nothing, output: draftSchema, unlocked: true, audit: 'none' },
  'draft.pickFolder': { input: nothing, output: draftSchema, unlocked: true, audit: 'none' },
  'draft.remove': {
    input: v.strictObject({ ids: list(handle, limits.draftItems) }),
    output: draftSchema,
    unlocked: true,
    audit: 'none',
  },
  /** Adds the files that a key opens with an older version, as far as the ledger knows them. */
  'draft.addOlder': {
    input: v.strictObject({ key: keyId }),
    output: v.strictObject({ draft: draftSchema, missing: count }),
    unlocked: true,
    audit: 'none',
  },
  'draft.clear': { input: nothing, output: draftSchema, unlocked: true, audit: 'none' },
  /** A folder for the outputs of one batch. */
  'batch.pickOutput': {
    input: nothing,
    output: v.nullable(v.strictObject({ id: handle, path: shownPath })),
    unlocked: true,
    audit: 'none',
  },
  /** What a batch over the draft would do. A newer plan makes the older one void. */
  'batch.plan': {
    input: v.strictObject({
      kind,
      /**
       * To encrypt under. Rewrap, re-encrypt: one key for all, or none for the newest version of each
       * key that a file has. Empty for the other kinds.
       */
      keys: list(keyId, limits.slots),
      /** Rewrap, re-encrypt: keys that files get beside their own, or lose. */
      slots: v.exactOptional(slotWishSchema),
      /** A folder from `batch.pickOutput` or the settings; null: next to each original. */
      output: v.nullable(handle),
      conflict: v.picklist(conflictRules),
      originals: v.picklist(originalsRules),
      encryptedInputs: v.picklist(['leave-out', 'encrypt']),
      /** Decrypting: every output gets the name that its original had. */
      sealedNames: v.boolean(),
    }),
    output: planSchema,
    unlocked: true,
    audit: 'none',
  },
  'plan.files': {
    input: v.strictObject({ id: handle, which: v.picklist(['all', 'conflicts']), ...page }),
    output: v.strictObject({ rows: rows(plannedRowSchema), total: count }),
    unlocked: true,
    audit: 'none',
  },
  'plan.leftOut': {
    input: v.strictObject({ id: handle, outcome: leftOut, ...page }),
    output: v.strictObject({ rows: rows(leftOutRowSchema), total: count }),
    unlocked: true,
    audit: 'none',
  },
  /** Starts the plan, empties the draft, and answers at once; events tell the rest. */
  'batch.start': {
    input: v.strictObject({ plan: handle }),
    output: batchSchema,
    unlocked: true,
    audit: 'by-service',
  },
  /** The batch that runs, or else the last one of this session. */
  'batch.current': {
    input: nothing,
    output: v.nullable(batchSchema),
    unlocked: true,
    audit: 'none',
  },
  /** Leaves the results of a batch that has ended. */
  'batch.dismiss': { input: whichBatch, output: nothing, unlocked: true, audit: 'none' },
  'batch.cancel': { input: whichBatch, output: nothing, unlocked: true, audit: 'by-service' },
  /** A new batch over what failed or was cancelled, under the same rules. */
  'batch.retry': { input: whichBatch, output: batchSchema, unlocked: true, audit: 'by-service' },
  'batch.receipts': {
    input: v.strictObject({ id: batchId, outcome: outcomeFilter, text: text(), ...page }),
    output: v.strictObject({ rows: rows(receiptRowSchema), total: count }),
    unlocked: true,
    audit: 'none',
  },
  /** Of a rewrap or a re-encryption that has ended; null where nothing is known from before it. */
  'batch.known': {
    input: whichBatch,
    output: v.nullable(list(knownVersionSchema)),
    unlocked: true,
    audit: 'none',
  },
  /** Asks where; null if the dialog was cancelled. */
  'batch.export': {
    input: v.strictObject({ id: batchId, format: v.picklist(['json', 'csv']) }),
    output: v.nullable(v.strictObject({ path: shownPath })),
    unlocked: true,
    audit: 'window.batch.export',
  },
  /** Shows an output in the file manager: of the n-th receipt, or of the first that is done. */
  'batch.reveal': { input: whichBatch, output: nothing, unlocked: true, audit: 'none' },
  'batch.unfinished': {
    input: nothing,
    output: list(unfinishedSchema),
    unlocked: true,
    audit: 'none',
  },
  'batch.resume': { input: whichBatch, output: batchSchema, unlocked: true, audit: 'by-service' },
  'batch.abandon': {
    input: whichBatch,
    output: v.strictObject({ settled: count }),
    unlocked: true,
    audit: 'by-service',
  },
  'batch.recent': { input: nothing, output: list(pastBatchSchema), unlocked: true, audit: 'none' },
} as const;
