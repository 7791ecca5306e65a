import * as v from 'valibot';
import { keyIdSchema, type KeyId } from '../../../shared/ids.ts';
import { limits } from '../../../shared/limits.ts';
import { headerDamaged } from '../../../shared/messages/failures/encrypted-files.ts';
import { readCanonical } from './canonical.ts';
import { WRAPPED_BYTES } from './format.ts';

/** RFC 3394 in the token, or AES-256-GCM with the slot's AAD; named as in RFC 7518, section 4. */
export type SlotWrap = keyof typeof WRAPPED_BYTES;

/** The file key, wrapped for one version of one key. */
export interface Slot {
  readonly key: KeyId;
  /** 1 … 2^32 − 1 */
  readonly version: number;
  /** Six hex digits, or "" where the key has no check value. */
  readonly kcv: string;
  readonly wrap: SlotWrap;
  /** A256KW: 40 bytes. A256GCMKW: nonce 12 ‖ ciphertext 32 ‖ tag 16. */
  readonly dek: Uint8Array;
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const slotSchema = v.pipe(
  v.strictObject({
    key: keyIdSchema,
    version: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 32 - 1)),
    kcv: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{6})?$/)),
    wrap: v.picklist(['A256KW', 'A256GCMKW']),
    // Node's decoder ignores what it does not know; writing the line again shows whether it did.
    dek: v.string(),
  }),
  v.transform(({ dek, ...slot }): Slot => ({ ...slot, dek: Buffer.from(dek, 'base64') })),
  v.check(({ wrap, dek }) => dek.length === WRAPPED_BYTES[wrap]),
);

const slotsSchema = v.pipe(
  v.array(slotSchema),
  v.minLength(1),
  v.maxLength(limits.slots),
  // Keys of one bulk: a token that never lets the file key out cannot fill a slot of the other kind.
  v.check((slots) => new Set(slots.map((slot) => slot.wrap)).size === 1),
  v.check((slots) => new Set(slots.map((s) => `${s.key}/${s.version}`)).size === slots.length),
);

const slotText = ({ key, version, kcv, wrap }: Slot, dek: string): string =>
  JSON.stringify({ key, version, kcv, wrap, dek });

const write = (slots: readonly Slot[]): string =>
  `[${slots.map((slot) => slotText(slot, base64(slot.dek))).join(',')}]`;

/** A slot's own text with an empty `dek`: what the AAD of its wrapping holds. */
export const emptySlotText = (slot: Slot): string => slotText(slot, '');

/** Reads line 2, given without its LF. Throws Failure('header-damaged'). */
export const parseSlotsLine = (line: string): readonly Slot[] => {
  const fail = (where: string) => headerDamaged(`line 2: ${where}`);
  return readCanonical(line, { schema: slotsSchema, write, fail });
};

/** Line 2 of the header including its LF. Throws where a slot breaks the format (a bug). */
export const slotsLine = (slots: readonly Slot[]): string => {
  const line = write(slots);
  v.parse(slotsSchema, JSON.parse(line));
  return `${line}\n`;
};
