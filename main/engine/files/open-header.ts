import { Failure, type FailureCode } from '../../../shared/failure.ts';
import {
  headerAltered,
  noKeyForFile,
  wrongKey,
} from '../../../shared/messages/failures/encrypted-files.ts';
import type { ParsedHeader, Slot } from '../envelope/header.ts';
import { checkSeal } from '../envelope/seal.ts';
import type { FileKey, KeySession, LoadedKey } from '../keys/key-session.ts';

export interface OpenedSlot {
  readonly key: LoadedKey;
  readonly fileKey: FileKey;
}

const unusable: ReadonlySet<FailureCode> = new Set(['master-missing', 'proof-failed']);

/** Opens a file through the first of its slots that we hold a key for. The seal is checked. */
export const openFirstSlot = (
  keys: KeySession,
  header: ParsedHeader,
  loaded: readonly LoadedKey[],
): OpenedSlot => {
  const held = heldSlots(header, loaded);
  let missing: Failure | null = null;
  for (const { slot, key } of held) {
    try {
      const opened = tryOpen(keys, header, slot, key);
      if (opened !== null) return opened;
    } catch (error) {
      // A resident key that is gone or exchanged does not close the file to the other keys.
      if (!(error instanceof Failure) || !unusable.has(error.code)) throw error;
      missing ??= error;
    }
  }
  throw missing ?? notOpened(held);
};

/** Opens every slot that we hold a key for: each one has to lead to the same sealed file. */
export const openHeldSlots = (
  keys: KeySession,
  header: ParsedHeader,
  loaded: readonly LoadedKey[],
): readonly [OpenedSlot, ...OpenedSlot[]] => {
  const held = heldSlots(header, loaded);
  const opened = held.map(({ slot, key }) => {
    const result = tryOpen(keys, header, slot, key);
    if (result === null) throw notOpened([{ slot, key }]);
    return result;
  });
  const [first, ...others] = opened;
  if (first === undefined) throw notOpened(held);
  return [first, ...others];
};

interface HeldSlot {
  readonly slot: Slot;
  readonly key: LoadedKey;
}

const heldSlots = (header: ParsedHeader, loaded: readonly LoadedKey[]): HeldSlot[] =>
  header.slots.flatMap((slot) => {
    const key = loaded.find(
      ({ material }) => material.id === slot.key && material.version === slot.version,
    );
    if (key === undefined) return [];
    const fits = (key.material.bulk === 'token') === (slot.wrap === 'A256KW');
    if (!fits)
      throw headerAltered(
        `slot of key ${slot.key} is ${slot.wrap}, the key does not make such slots`,
      );
    return [{ slot, key }];
  });

const tryOpen = (
  keys: KeySession,
  header: ParsedHeader,
  slot: Slot,
  key: LoadedKey,
): OpenedSlot | null => {
  const fileKey = keys.openSlot(header.hash, slot, key);
  if (fileKey === null) return null;
  checkSeal(keys.cipher(fileKey), header);
  return { key, fileKey };
};

/** Diagnosis of docs/format.md, "Reading": only our own key check value tells the two cases apart. */
const notOpened = (held: readonly HeldSlot[]): Failure => {
  if (held.length === 0) return noKeyForFile();
  const sameKey = held.some(({ slot, key }) => slot.kcv !== '' && slot.kcv === key.material.kcv);
  return sameKey ? headerAltered() : wrongKey();
};
