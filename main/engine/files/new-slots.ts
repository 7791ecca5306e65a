import type { KeyVersion, ReplacingKind } from '../../../shared/batch.ts';
import { type FailureData, fromFailureData } from '../../../shared/failure.ts';
import type { Bulk } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import { mixedBulk } from '../../../shared/messages/failures/batch.ts';
import { noKeyForFile } from '../../../shared/messages/failures/encrypted-files.ts';
import {
  lastSlot,
  otherBulk,
  othersWouldLose,
  tooManySlots,
  upToDate,
} from '../../../shared/messages/failures/rewrap.ts';
import type { Slot } from '../envelope/header.ts';

/** The key version that a new slot is made for. */
export interface SlotTarget extends KeyVersion {
  readonly bulk: Bulk;
}

/** What becomes of a slot of one of the vault's key versions. */
export type SlotMove = KeyVersion &
  (
    | {
        /** null: the slot is removed. */
        readonly to: SlotTarget | null;
      }
    | { readonly failure: FailureData }
  );

/** What becomes of the slots of files. Key versions without a move belong to other vaults. */
export interface SlotRules {
  readonly kind: ReplacingKind;
  readonly moves: readonly SlotMove[];
  readonly add: readonly SlotTarget[];
  /** Re-encrypting: whether slots of other vaults' keys may be lost. */
  readonly dropOthers: boolean;
}

/** A slot that stays as it is, or the key version that a new one is made for. */
export type NewSlot = { readonly kept: Slot } | { readonly made: SlotTarget };

export const nameOfSlot = (slot: NewSlot): string =>
  'kept' in slot ? `${slot.kept.key}/${slot.kept.version}` : nameOf(slot.made);

const nameOf = ({ id, version }: KeyVersion): string => `${id}/${version}`;

/**
 * The slots that a file is to get, in their order.
 * @throws Failure where they cannot be replaced, or need not be (`up-to-date`)
 */
export const newSlots = (slots: readonly Slot[], rules: SlotRules): readonly NewSlot[] => {
  const moves = new Map(rules.moves.map((move) => [nameOf(move), move]));
  if (!slots.some((slot) => moves.has(nameOfSlot({ kept: slot })))) throw noKeyForFile();
  const wanted = slots.flatMap((slot) => moved(slot, moves, rules));
  const present = new Set(wanted.map(nameOfSlot));
  const added = rules.add.filter((each) => !present.has(nameOf(each)));
  const all = withoutDoubles([...wanted, ...added.map((made) => ({ made }))]);
  if (!all.some((slot) => 'made' in slot || moves.has(nameOfSlot(slot)))) throw lastSlot();
  if (all.length > limits.slots) throw tooManySlots();
  refuseMixed(slots, all, rules.kind);
  const isSame = all.length === slots.length && all.every((slot) => 'kept' in slot);
  if (rules.kind === 'rewrap' && isSame) throw upToDate();
  return all;
};

const moved = (
  slot: Slot,
  moves: ReadonlyMap<string, SlotMove>,
  { kind, dropOthers }: SlotRules,
): NewSlot[] => {
  const move = moves.get(nameOfSlot({ kept: slot }));
  if (move === undefined) {
    if (kind === 'rewrap') return [{ kept: slot }];
    if (dropOthers) return [];
    throw othersWouldLose();
  }
  if ('failure' in move) throw fromFailureData(move.failure);
  if (move.to === null) return [];
  const stays = kind === 'rewrap' && nameOf(move.to) === nameOf(move);
  return [stays ? { kept: slot } : { made: move.to }];
};

/** One slot for a key version. A new one has been tried, which cannot be said of an old one. */
const withoutDoubles = (slots: readonly NewSlot[]): NewSlot[] => {
  const best = new Map<string, NewSlot>();
  for (const slot of slots) {
    const name = nameOfSlot(slot);
    if ('made' in slot || !best.has(name)) best.set(name, slot);
  }
  return [...best.values()];
};

/** A file key is in the token alone, or it is in memory: its slots are of one kind. */
const refuseMixed = (
  before: readonly Slot[],
  after: readonly NewSlot[],
  kind: ReplacingKind,
): void => {
  const bulks = new Set(after.flatMap((slot) => ('made' in slot ? [slot.made.bulk] : [])));
  if (bulks.size > 1) throw mixedBulk();
  const [bulk] = bulks;
  if (kind === 'reencrypt' || bulk === undefined) return;
  if ((bulk === 'token') !== (before[0]?.wrap === 'A256KW')) throw otherBulk();
};
