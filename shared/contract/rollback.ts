import * as v from 'valibot';
import { limits } from '../limits.ts';
import { auditRowSchema } from './audit.ts';
import { count, hash, list, nothing, pin, positive, shownPath, text, time } from './basics.ts';

/** What unlocking can find when it compares the ledger with its signed state. */
export const findingKinds = [
  'rollback',
  'edited',
  'fork',
  'anchor-missing',
  'anchor-foreign',
  'checkpoint-missing',
  'checkpoint-foreign',
  'epoch-unsigned',
  'epoch-new',
  'ledger-unsigned',
  'not-ours',
  'lock-unsigned',
  'no-lock',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** What unlocking can find about the token and its library. */
export const tokenFindingKinds = [
  'token-twin',
  'library-updated',
  'vault-met',
  'key-missing',
] as const;
export type TokenFindingKind = (typeof tokenFindingKinds)[number];

const head = { epoch: positive, size: count, root: hash } as const;

/** Why a vault is read-only, with the evidence. */
export const rollbackSchema = v.strictObject({
  /** When this was found first. */
  found: time,
  /** The blocking findings as sentences, most important first. */
  findings: list(
    v.strictObject({ kind: v.picklist(findingKinds), problem: text(limits.longTextLength) }),
  ),
  /** The newest head signed by the vault's key, and where it is stored; null if there is none. */
  signed: v.nullable(
    v.strictObject({
      ...head,
      where: v.picklist(['token', 'folder']),
      curve: v.picklist(['ed25519', 'p256']),
    }),
  ),
  /** The state of the folder, without the record of the finding itself. */
  held: v.strictObject({ ...head, last: v.nullable(auditRowSchema) }),
  missing: v.nullable(v.strictObject({ first: positive, last: positive })),
  /** Records from the first on that lead to a checkpoint of the vault's own key. */
  confirmed: count,
  /** The PIN for accepting is typed at the token. */
  pinPad: v.boolean(),
  /** The epoch that accepting would start. */
  nextEpoch: positive,
});
export type Rollback = v.InferOutput<typeof rollbackSchema>;

export const rollbackCalls = {
  /** Asks for a folder and copies the evidence into a new one in it; null if it was cancelled. */
  'rollback.export': {
    input: nothing,
    output: v.nullable(v.strictObject({ path: shownPath, files: count })),
    unlocked: true,
    looking: true,
    audit: 'none',
  },
  /**
   * Starts a new epoch, whose first record contains both heads and the reason, and opens it.
   * @fails pin-incorrect, token-not-found, …
   */
  'rollback.accept': {
    input: v.strictObject({
      pin,
      reason: v.pipe(text(), v.trim(), v.minLength(1)),
    }),
    output: v.strictObject({ epoch: positive }),
    unlocked: true,
    looking: true,
    audit: 'by-service',
  },
} as const;
