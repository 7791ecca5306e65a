import * as v from 'valibot';
import { idSchema, keyIdSchema, type KeyId } from './ids.ts';
import { limits } from './limits.ts';
import { once } from './once.ts';

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

/** What happens at the end of a key's cryptoperiod. */
export const atPeriodEnds = ['warn', 'rotate', 'refuse'] as const;
export type AtPeriodEnd = (typeof atPeriodEnds)[number];

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

const NAME_CHARACTERS = 64;
/** No writing needs more for so many characters; a heap of accents would. */
const NAME_UNITS = limits.textLength;

const graphemes = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** As people see them: a letter with its accents is one, and so is a family of joined emoji. */
const characters = (text: string): number => [...graphemes().segment(text)].length;

/**
 * What names are compared by: those that look the same, or differ in case alone, are one name.
 * The joiners and blanks that make up the difference between two names cannot be seen.
 */
export const comparableName = (name: string): string =>
  name
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();

/** A name that officers give. Joiners (ZWJ, ZWNJ) belong to emoji and to many scripts. */
export const keyNameSchema = v.pipe(
  v.string(),
  v.check((name) => comparableName(name) !== '', 'a key needs a name'),
  v.maxLength(NAME_UNITS, `a key name has at most ${NAME_CHARACTERS} characters`),
  v.check(
    (name) => characters(name) <= NAME_CHARACTERS,
    `a key name has at most ${NAME_CHARACTERS} characters`,
  ),
  v.regex(
    /^[^\p{C}\s](?:(?:[^\p{C}]|[\u200c\u200d])*[^\p{C}\s])?$/u,
    'a key name has no control characters and no blank at its ends',
  ),
  // A name like an id would make "id or name" mean two keys.
  v.check(
    (name) => !v.is(idSchema, comparableName(name)),
    'a key name must not look like a key ID',
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
  /** When the newest version became active; null if it never was. UTC, ISO 8601. */
  readonly activated: string | null;
  /** When the newest version is to become active; null if there is no such date. */
  readonly activates: string | null;
  /** Cryptoperiod of each version; null: without end. */
  readonly periodDays: number | null;
  readonly atPeriodEnd: AtPeriodEnd;
  /** It cannot be destroyed while it is. */
  readonly protected: boolean;
}

/** One version of a key with its dates, UTC, ISO 8601; null: it has no such date. */
export interface KeyVersion {
  readonly version: number;
  readonly state: KeyState;
  /** Six hex digits, or null if the key has none. */
  readonly kcv: string | null;
  readonly created: string;
  /** Since when it is in this state; null: only the ledger knows. */
  readonly since: string | null;
  readonly activates: string | null;
  readonly activated: string | null;
  readonly deactivated: string | null;
  /** Since when others may know it. */
  readonly compromised: string | null;
  readonly destroyed: string | null;
  /** When it is to be destroyed; null: it is not scheduled. */
  readonly destroys: string | null;
  /** Its date has come, but a person has to confirm it, because the clock could not be checked. */
  readonly postponed: boolean;
  /** Its state before the destruction was scheduled. */
  readonly beforeDestroy: KeyState | null;
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
