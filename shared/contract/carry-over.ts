import * as v from 'valibot';
import { auditRowSchema } from './audit.ts';
import { list, nothing, pin, positive, rows, text, time } from './basics.ts';
import { unlockedSchema } from './session.ts';

/** The last records of a vault from before there were sessions; nothing signs them. */
export const unsignedTailSchema = v.strictObject({
  first: positive,
  last: positive,
  /** Of the first of them and of the last. */
  from: time,
  to: time,
  /** What they say was done, the most frequent first. */
  acts: list(v.strictObject({ action: text(), records: positive })),
  /** The newest of them, newest first. */
  rows: rows(auditRowSchema),
});
export type UnsignedTail = v.InferOutput<typeof unsignedTailSchema>;

export const carryOverCalls = {
  /** @fails usage if there is nothing to confirm */
  'carryOver.look': {
    input: nothing,
    output: unsignedTailSchema,
    unlocked: false,
    audit: 'none',
  },
  /** Unlocks, and accepts the records that were shown. @fails as session.unlock */
  'carryOver.confirm': {
    input: v.strictObject({ pin }),
    output: unlockedSchema,
    unlocked: false,
    audit: 'by-service',
  },
} as const;
