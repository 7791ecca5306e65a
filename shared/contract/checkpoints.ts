import * as v from 'valibot';
import { limits } from '../limits.ts';
import { count, hash, list, nothing, shownPath, text, time } from './basics.ts';

/** The newest signed checkpoint, to be saved outside the vault. */
export const checkpointSchema = v.strictObject({
  /** The whole signed note (C2SP signed-note). */
  note: text(limits.longTextLength),
  /** Records that it covers. */
  size: count,
  root: hash,
  /** When the last of these records was written. */
  upTo: v.nullable(time),
  /** Records in the ledger now. */
  records: count,
  /** Of the key that signed. */
  fingerprint: hash,
  /** What the anchor in the token proves, in words. */
  anchor: text(),
  /** Sizes of the checkpoints that a time-stamping authority has stamped. */
  stamped: list(count),
});
export type CheckpointView = v.InferOutput<typeof checkpointSchema>;

export const comparisonSchema = v.strictObject({
  name: text(),
  /** Whether everything that it covers is in today's ledger, unchanged. */
  verdict: v.picklist(['inside', 'outside', 'other-vault']),
  /** A sentence. */
  words: text(limits.longTextLength),
  /** The saved checkpoint; null if the file is not one of this vault. */
  kept: v.nullable(v.strictObject({ epoch: count, size: count, root: hash })),
  /** Records in the ledger now. */
  records: count,
});
export type Comparison = v.InferOutput<typeof comparisonSchema>;

export const checkpointCalls = {
  /** null if nothing has been signed yet. */
  'checkpoints.current': {
    input: nothing,
    output: v.nullable(checkpointSchema),
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /**
   * Signs all records and asks for a folder to save the checkpoint in; null if that was cancelled.
   */
  'checkpoints.write': {
    input: nothing,
    output: v.nullable(v.strictObject({ path: shownPath, size: count })),
    unlocked: true,
    audit: 'by-service',
  },
  /** Asks for the file of a saved checkpoint; null if that was cancelled. */
  'checkpoints.compare': {
    input: nothing,
    output: v.nullable(comparisonSchema),
    unlocked: true,
    looking: true,
    audit: 'by-service',
  },
  /** Asks for the reply of a time-stamping authority; the size of the checkpoint it is about. */
  'checkpoints.attach': {
    input: nothing,
    output: v.nullable(v.strictObject({ size: count })),
    unlocked: true,
    audit: 'by-service',
  },
} as const;
