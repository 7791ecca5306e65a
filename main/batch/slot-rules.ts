import type { KeyVersion, SlotChange, StoredBatch } from '../../shared/batch.ts';
import { isReplacing, type ReplacingKind } from '../../shared/batch.ts';
import { Failure, toFailureData } from '../../shared/failure.ts';
import type { KeyId } from '../../shared/ids.ts';
import { isPastPeriod } from '../../shared/key-life.ts';
import { type KeySummary, mayEncrypt } from '../../shared/keys.ts';
import { cannotEncryptNow, periodIsOver } from '../../shared/messages/failures/batch.ts';
import {
  addAndRemove,
  noActiveVersion,
  notRewrapped,
  slotsChanged,
} from '../../shared/messages/failures/rewrap.ts';
import type { SlotMove, SlotRules, SlotTarget } from '../engine/index.ts';
import type { KeyReader } from '../keystore/index.ts';

/** What a person asks for; keys by name or ID. */
export interface WantedSlots {
  readonly to: string | null;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly dropOthers: boolean;
}

/** @throws Failure `key-not-found`, `key-state`, `usage` before anything is read */
export const slotChange = (keys: KeyReader, wanted: WantedSlots, now: Date): SlotChange => {
  const add = wanted.add.map((name) => activeKey(keys, name, now).id);
  const remove = wanted.remove.map((name) => keys.get(name).id);
  const both = add.find((id) => remove.includes(id));
  if (both !== undefined) throw addAndRemove(keys.get(both).name);
  const to = wanted.to === null ? null : activeKey(keys, wanted.to, now).id;
  return { to, add, remove, dropOthers: wanted.dropOthers };
};

const activeKey = (keys: KeyReader, name: string, now: Date): SlotTarget => {
  const target = newestVersion(now)(keys.get(name));
  if (target instanceof Failure) throw target;
  return target;
};

/** The key version that a key's new slots are made for, or why there is none. */
type TargetOf = (key: KeySummary) => SlotTarget | Failure;

/** For the plan: the newest version of each key. */
const newestVersion =
  (now: Date): TargetOf =>
  (key) => {
    const { id, version, bulk } = key;
    if (!mayEncrypt(key.state)) return noActiveVersion(key);
    return isPastPeriod(key, now.getTime()) ? periodIsOver(key) : { id, version, bulk };
  };

/** For the run: the versions of the plan, if they may still encrypt. */
const plannedVersions = (keys: KeyReader, planned: readonly KeyVersion[]): TargetOf => {
  const versions = new Map(planned.map(({ id, version }) => [id, version]));
  return ({ id, name, bulk }) => {
    const version = versions.get(id);
    if (version === undefined) return slotsChanged();
    const state = keys.versions(id).find((each) => each.version === version)?.state;
    if (state === undefined) return slotsChanged();
    return mayEncrypt(state)
      ? { id, version, bulk }
      : cannotEncryptNow({ id, name, version, state });
  };
};

/** What becomes of the slots of a batch's files by the states that the keys have now. */
export const slotRulesOf = (
  keys: KeyReader,
  batch: Pick<StoredBatch, 'kind' | 'keys' | 'slots'>,
): SlotRules | null =>
  isReplacing(batch.kind) && batch.slots !== null
    ? slotRules(keys, batch.kind, batch.slots, plannedVersions(keys, batch.keys))
    : null;

/** By what is newest now: for a plan. */
export const newestRules = (
  keys: KeyReader,
  { kind, slots }: Pick<StoredBatch, 'kind' | 'slots'>,
  now: Date,
): SlotRules | null =>
  isReplacing(kind) && slots !== null ? slotRules(keys, kind, slots, newestVersion(now)) : null;

const slotRules = (
  keys: KeyReader,
  kind: ReplacingKind,
  change: SlotChange,
  targetOf: TargetOf,
): SlotRules => {
  const targets = new Map(keys.list().map((key) => [key.id, targetOf(key)]));
  const of = (id: KeyId): SlotTarget | Failure => targets.get(id) ?? slotsChanged();
  const add = change.add.map(of);
  const failed = add.find((each): each is Failure => each instanceof Failure);
  const moves = keys.list().flatMap((key) => {
    const target = change.remove.includes(key.id) ? null : of(change.to ?? key.id);
    const to = failed ?? target;
    return keys.versions(key.id).map(({ version, state }): SlotMove => {
      const from = { id: key.id, version };
      if (kind === 'rewrap' && state === 'compromised')
        return { ...from, failure: toFailureData(notRewrapped({ ...from, name: key.name })) };
      return to instanceof Failure ? { ...from, failure: toFailureData(to) } : { ...from, to };
    });
  });
  const { dropOthers } = change;
  return {
    kind,
    moves,
    add: add.filter((each): each is SlotTarget => !(each instanceof Failure)),
    dropOthers,
  };
};
