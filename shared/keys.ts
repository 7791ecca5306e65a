import * as v from 'valibot';
import { keyIdSchema, type KeyId } from './ids.ts';

/** Where a key's bytes may exist (docs/architecture.md, "Keys"). */
export const custodies = ['resident', 'hsm-only', 'hsm-wrapped'] as const;
export type Custody = (typeof custodies)[number];

/** Where file data is processed: inside the token or in the engine's workers. */
export const bulks = ['token', 'host'] as const;
export type Bulk = (typeof bulks)[number];

/** Key states of NIST SP 800-57 part 1 rev. 5, section 7. */
export const keyStates = [
  'pre-activation',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyed',
] as const;
export type KeyState = (typeof keyStates)[number];

export interface CustodyPair {
  readonly custody: Custody;
  readonly bulk: Bulk;
}

/** The five pairs that exist, strongest first. A software key cannot process data in the token. */
export const custodyPairs: readonly CustodyPair[] = [
  { custody: 'resident', bulk: 'token' },
  { custody: 'hsm-only', bulk: 'token' },
  { custody: 'resident', bulk: 'host' },
  { custody: 'hsm-only', bulk: 'host' },
  { custody: 'hsm-wrapped', bulk: 'host' },
];

export const isCustodyPair = (custody: Custody, bulk: Bulk): boolean =>
  custodyPairs.some((pair) => pair.custody === custody && pair.bulk === bulk);

/** The choices that are offered first; a resident key is the advanced one. */
export const presets = {
  maximum: { custody: 'hsm-only', bulk: 'token' },
  balanced: { custody: 'hsm-only', bulk: 'host' },
  fast: { custody: 'hsm-wrapped', bulk: 'host' },
} as const satisfies Record<string, CustodyPair>;
export type Preset = keyof typeof presets;

export const mayEncrypt = (state: KeyState): boolean => state === 'active';

export const mayDecrypt = (state: KeyState): boolean =>
  state === 'active' || state === 'deactivated' || state === 'compromised';

/** A name that officers give: 1 to 64 characters, no control characters, no blank at either end. */
export const keyNameSchema = v.pipe(
  v.string(),
  v.minLength(1, 'a key needs a name'),
  v.maxLength(64, 'a key name has at most 64 characters'),
  v.regex(
    /^[^\p{C}\s](?:[^\p{C}]*[^\p{C}\s])?$/u,
    'a key name has no control characters and no blank at its ends',
  ),
);

/** What a key is, without anything secret: the form shown to people and machines. */
export interface KeySummary {
  readonly id: KeyId;
  readonly name: string;
  readonly custody: Custody;
  readonly bulk: Bulk;
  readonly state: KeyState;
  /** The version that encrypts: the newest one. */
  readonly version: number;
  /** Six hex digits, or null for resident keys, which have none. */
  readonly kcv: string | null;
  readonly created: string;
}

export const bytesSchema = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');

/** One version of a key with everything the engine needs to use it; holds no readable key bytes. */
export const keyMaterialSchema = v.strictObject({
  id: keyIdSchema,
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  /** Six hex digits, or "" where the key has none. */
  kcv: v.pipe(v.string(), v.regex(/^([0-9a-f]{6})?$/)),
  /** Keystore blob (nonce 12, ciphertext, tag 16); null for resident keys. */
  blob: v.nullable(bytesSchema),
  /** CKA_ID of the token object, 16 bytes; null unless resident. */
  objectId: v.nullable(bytesSchema),
  /** Confirms a resident key's object; null otherwise. */
  proof: v.nullable(bytesSchema),
});
export type KeyMaterial = v.InferOutput<typeof keyMaterialSchema>;
