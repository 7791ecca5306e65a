import { newSlotNotOpened } from '../../../shared/messages/failures/rewrap.ts';
import { LARGEST_AREA } from '../envelope/format.ts';
import { type ParsedHeader, parseHeader, type Slot } from '../envelope/header.ts';
import { checkSeal } from '../envelope/seal.ts';
import type { KeySession, LoadedKey } from '../keys/key-session.ts';
import type { FileDone } from './jobs.ts';
import type { NewSlot, SlotTarget } from './new-slots.ts';
import { readExactly } from './source.ts';

/** The keys of the slots that are made, in their order. */
export const targetsOf = (slots: readonly NewSlot[], keys: readonly LoadedKey[]): LoadedKey[] =>
  slots.flatMap((slot) => ('made' in slot ? [keyOf(slot.made, keys)] : []));

/** Of a file that gets a new file key: all of its slots are new. */
export const allTargetsOf = (
  slots: readonly NewSlot[],
  keys: readonly LoadedKey[],
): readonly [LoadedKey, ...LoadedKey[]] => {
  const [first, ...others] = targetsOf(slots, keys);
  if (first === undefined) throw new Error('a file needs at least one key');
  return [first, ...others];
};

const keyOf = ({ id, version }: SlotTarget, keys: readonly LoadedKey[]): LoadedKey => {
  const key = keys.find(({ material }) => material.id === id && material.version === version);
  if (key === undefined) throw new Error('the key of a new slot was not given');
  return key;
};

export const headerIn = (fd: number, size: number): ParsedHeader => {
  const prefix = Buffer.alloc(Math.min(size, LARGEST_AREA));
  readExactly(fd, prefix, 0);
  return parseHeader(prefix);
};

/** Opens what was written through every new slot. @throws Failure `read-back-failed` */
export const proveSlots = (
  keys: KeySession,
  header: ParsedHeader,
  targets: readonly LoadedKey[],
): void => {
  for (const key of targets) {
    const { id, version } = key.material;
    const slot = header.slots.find((each) => each.key === id && each.version === version);
    const fileKey = slot === undefined ? null : keys.openSlot(header.hash, slot, key);
    if (fileKey === null) throw newSlotNotOpened();
    checkSeal(keys.cipher(fileKey), header);
  }
};

export const slotNames = (slots: readonly Slot[]): NonNullable<FileDone['slots']>['after'] =>
  slots.map(({ key, version }) => ({ id: key, version }));
