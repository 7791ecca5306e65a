import * as v from 'valibot';
import { keyReasons } from '../key-life.ts';
import { bulks, custodies } from '../keys.ts';
import { limits } from '../limits.ts';
import {
  count,
  failureSchema,
  handle,
  hash,
  keyId,
  list,
  nothing,
  positive,
  shownPath,
  text,
  time,
} from './basics.ts';

export const pinStateSchema = v.picklist(['ok', 'count-low', 'final-try', 'locked', 'not-set']);

/** What a token says about itself without a PIN. */
export const tokenSchema = v.strictObject({
  label: text(),
  serial: text(),
  manufacturer: text(),
  model: text(),
  firmware: text(),
  /** The PIN is typed at the token: no PIN field. */
  pinPad: v.boolean(),
  pinState: pinStateSchema,
  pinLength: v.strictObject({ min: count, max: count }),
});

export const foundTokenSchema = v.strictObject({
  ...tokenSchema.entries,
  id: handle,
  initialised: v.boolean(),
  writeProtected: v.boolean(),
});
export type FoundToken = v.InferOutput<typeof foundTokenSchema>;

/** Whether the library needs an initialisation string: NSS does; null for unknown libraries. */
export const libraryParameters = v.picklist(['none', 'optional', 'needed']);
export type LibraryParameters = v.InferOutput<typeof libraryParameters>;

export const moduleSchema = v.strictObject({
  id: handle,
  product: text(),
  path: shownPath,
  description: text(),
  manufacturer: text(),
  version: text(),
  parameters: libraryParameters,
  tokens: list(foundTokenSchema),
  /** Why it could not be used; null if it could. */
  failure: v.nullable(failureSchema),
});
export type Module = v.InferOutput<typeof moduleSchema>;

export const pairSchema = v.strictObject({
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  carried: v.boolean(),
  reason: text(),
});

/** What the probe found, in words. */
export const profileSchema = v.strictObject({
  token: v.strictObject({ label: text(), serial: text(), model: text(), manufacturer: text() }),
  library: v.strictObject({ path: shownPath, version: text(), sha256: hash }),
  /** A hard requirement is not met, or the token is in the vault's folder. */
  evaluationOnly: v.boolean(),
  pairs: list(pairSchema),
  hardRequirements: list(v.strictObject({ name: text(), met: v.boolean(), words: text() })),
  workarounds: list(text()),
  findings: list(
    v.strictObject({ check: text(), expected: text(), seen: text(), ok: v.boolean() }),
  ),
  /** Bytes of a segment. */
  segmentSize: count,
  maxSessions: v.nullable(count),
  workers: count,
  anchor: v.picklist(['data-object', 'label', 'none']),
  signs: v.picklist(['ed25519', 'p256', 'none']),
  pinPad: v.boolean(),
  /** Milliseconds it took; null where it was done at another time. */
  took: v.nullable(count),
  probed: v.nullable(time),
});
export type Profile = v.InferOutput<typeof profileSchema>;

/** A label may be as long as a note of a checkpoint; another program's may be longer. */
const objectName = {
  objectClass: count,
  objectId: text(),
  label: text(limits.longTextLength),
} as const;

export const objectFindingSchema = v.strictObject({
  ...objectName,
  kind: v.picklist(['missing', 'altered', 'orphaned', 'left']),
  key: v.nullable(v.strictObject({ id: keyId, name: text(), version: positive })),
  /** What it is, what differs (null: nothing to add) and what to do, in words. */
  what: text(),
  detail: v.nullable(text(limits.longTextLength)),
  next: text(),
  /** The keystore does not need it. */
  removable: v.boolean(),
});
export type ObjectFinding = v.InferOutput<typeof objectFindingSchema>;

/** What a token holds, compared with the keystore. */
export const comparisonSchema = v.strictObject({
  /** The first ones; `total` counts all. */
  findings: list(objectFindingSchema),
  total: count,
  sound: count,
  otherVaults: count,
  others: count,
  at: time,
});
export type Comparison = v.InferOutput<typeof comparisonSchema>;

/** The two master keys, and what a rotation of them concerns. */
export const mastersSchema = v.strictObject({
  created: v.nullable(time),
  /** To be typed before they are rotated. */
  vaultName: text(),
  wrapped: count,
  resident: count,
  inVault: v.boolean(),
});
export type Masters = v.InferOutput<typeof mastersSchema>;

export const tokenCalls = {
  'token.masters': { input: nothing, output: mastersSchema, unlocked: true, audit: 'none' },
  'token.rotateMasters': {
    input: v.strictObject({
      vaultName: text(),
      reason: v.picklist(keyReasons),
      note: text(),
      /** First, every key that they wrap is marked as compromised. */
      compromised: v.nullable(v.strictObject({ since: v.optional(time) })),
    }),
    output: v.strictObject({
      versions: count,
      /** Versions that were marked as compromised. */
      marked: count,
      /** Why the old ones are still in the token; null: they are destroyed. */
      oldKept: v.nullable(text()),
    }),
    unlocked: true,
    audit: 'by-service',
  },
  'token.reconcile': {
    input: nothing,
    output: comparisonSchema,
    unlocked: true,
    audit: 'by-service',
  },
  /** Removes objects that were found and are removable; then compares again. */
  'token.remove': {
    input: v.strictObject({ objects: list(v.strictObject(objectName)) }),
    output: comparisonSchema,
    unlocked: true,
    audit: 'by-service',
  },
} as const;
