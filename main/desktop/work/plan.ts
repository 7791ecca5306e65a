import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  type EncryptedInputs,
  type FileFate,
  isReplacing,
  type KeyVersion,
  type OriginalsRule,
  type SlotChange,
  type StoredBatch,
} from '../../../shared/batch.ts';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Fate, SlotWish } from '../../../shared/contract/work.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import type { KeyId } from '../../../shared/ids.ts';
import type { KeyState } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import { noFiles, outputNotFound } from '../../../shared/messages/failures/desktop.ts';
import {
  checkSpace,
  encryptionKeys,
  type FreeSpace,
  newestRules,
  planBatch,
  slotChange,
  takesSealedName,
  type Trash,
} from '../../batch/index.ts';
import type { KeyReader } from '../../keystore/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { Draft } from './draft.ts';

export interface PlanChoice {
  readonly kind: BatchKind;
  readonly keys: readonly KeyId[];
  readonly slots?: SlotWish;
  readonly conflict: ConflictRule;
  readonly originals: OriginalsRule;
  readonly outputDir: string | null;
  readonly encryptedInputs: EncryptedInputs;
  readonly sealedNames: boolean;
}

/** A plan, kept until it is started. */
export interface KeptPlan {
  readonly id: string;
  readonly choice: PlanChoice;
  /** What was in the draft. */
  readonly items: readonly string[];
  readonly plan: BatchPlan;
  readonly space: FreeSpace | null;
  /** Whether all originals can go to the system's trash. */
  readonly trash: boolean;
  /** Rewrap, re-encrypt: what becomes of the files, by key version. */
  readonly fates: readonly Fate[];
  /** Why it cannot be started. */
  readonly refusal: Failure | null;
}

export const makePlan = async (
  id: string,
  choice: PlanChoice,
  draft: Draft,
  where: { readonly vault: Vault; readonly vaultDir: string; readonly trash: Trash },
  before: KeptPlan | null,
): Promise<KeptPlan> => {
  const { outputDir } = choice;
  const { ids: items, paths } = draft;
  const plan =
    before !== null && differsInKeysOnly(before, { choice, items })
      ? before.plan
      : await planBatch({
          ...choice,
          paths,
          slotRules: newestRules(where.vault.tables.keys, slotChoice(choice), where.vault.now),
          vaultDir: where.vaultDir,
          leavesOutPlain: true,
        });
  const keys = attempt(() => refuseKeys(where.vault, choice));
  const room = await checkSpace(plan.files).then(
    (space) => ({ space, refusal: null }),
    (error: unknown) => ({ space: null, refusal: asFailure(error) }),
  );
  // If every file is left out, the batch records that.
  const empty = plan.files.length + plan.skipped.length === 0 ? noFiles() : null;
  const refusal = empty ?? keys ?? (await outputGone(outputDir)) ?? room.refusal;
  const trash = await servesAll(where.trash, paths);
  const { keys: all } = where.vault.tables;
  const fates = plan.fates.slice(0, limits.listLength).map((each) => fateView(each, all));
  return { id, choice, items, plan, space: room.space, trash, fates, refusal };
};

type SlotPart = Pick<PlanChoice, 'kind' | 'keys' | 'slots'>;

/** Rewrap, re-encrypt: one key for all, or the newest version of each. */
export const slotChoice = (choice: SlotPart): Pick<StoredBatch, 'kind' | 'slots'> => ({
  kind: choice.kind,
  slots: isReplacing(choice.kind) ? slotsOf(choice) : null,
});

const slotsOf = ({ keys, slots = noWish }: SlotPart): SlotChange => ({
  ...{ to: keys[0] ?? null, add: [...slots.add], remove: [...slots.remove] },
  dropOthers: slots.dropOthers,
});

const noWish: SlotWish = { add: [], remove: [], dropOthers: false };

/** Paths do not depend on the key. Choosing the same again reads the disk again. */
const differsInKeysOnly = (
  before: KeptPlan,
  { choice, items }: Pick<KeptPlan, 'choice' | 'items'>,
): boolean =>
  !isReplacing(choice.kind) &&
  !isDeepStrictEqual(before.choice.keys, choice.keys) &&
  isDeepStrictEqual(before.items, items) &&
  isDeepStrictEqual({ ...before.choice, keys: [] }, { ...choice, keys: [] });

const servesAll = async (trash: Trash, paths: readonly string[]): Promise<boolean> => {
  for (const folder of new Set(paths.map((each) => path.dirname(each))))
    if (!(await trash.serves(folder))) return false;
  return true;
};

/** Why outputs cannot go to the chosen folder. It is not created again: its disk may be missing. */
export const outputGone = async (folder: string | null): Promise<Failure | null> => {
  if (folder === null) return null;
  const there = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return there ? null : outputNotFound(folder);
};

export const viewOfPlan = ({
  id,
  choice,
  plan,
  space,
  trash,
  fates,
  refusal,
}: KeptPlan): Output<'batch.plan'> => ({
  id,
  kind: choice.kind,
  files: plan.files.length,
  folders: new Set(plan.files.map(({ input }) => path.dirname(input))).size,
  bytes: plan.bytes,
  conflicts: plan.conflicts.length,
  skipped: plan.skipped.filter(({ outcome }) => outcome === 'skipped').length,
  failed: plan.skipped.filter(({ outcome }) => outcome === 'failed').length,
  space: space === null ? null : { needed: space.needed, free: space.free },
  trash,
  fates: [...fates],
  refusal: refusal === null ? null : toFailureData(refusal),
});

const fateView = ({ from, to, ...fate }: FileFate, keys: KeyReader): Fate => {
  const named = ({ id, version }: KeyVersion) => ({
    id,
    name: keys.names().get(id) ?? id,
    version,
  });
  const stateOf = ({ id, version }: KeyVersion): KeyState =>
    keys.versions(id).find((each) => each.version === version)?.state ?? 'destroyed';
  return {
    ...fate,
    from: from === null ? null : { ...named(from), state: stateOf(from) },
    to: to === null ? null : named(to),
  };
};

type Page = Pick<Input<'plan.files'>, 'offset' | 'limit'>;

export const pageOf = <T>(all: readonly T[], { offset, limit }: Page): T[] =>
  all.slice(offset, offset + limit);

export const plannedRows = (
  { plan, choice }: KeptPlan,
  { which, ...page }: Page & Pick<Input<'plan.files'>, 'which'>,
): Output<'plan.files'> => {
  const conflicts = new Set(plan.conflicts);
  const wanted =
    which === 'all' ? plan.files : plan.files.filter(({ index }) => conflicts.has(index));
  const rows = pageOf(wanted, page).map(({ index, input, output, size }) => ({
    index,
    ...placeOf(input),
    output,
    sealedName: takesSealedName(choice, path.basename(input)),
    size,
  }));
  return { rows, total: wanted.length };
};

/** Files left out with this outcome. */
export const leftOutRows = (
  { plan }: KeptPlan,
  { outcome, ...page }: Page & Pick<Input<'plan.leftOut'>, 'outcome'>,
): Output<'plan.leftOut'> => {
  const wanted = plan.skipped.filter((each) => each.outcome === outcome);
  const rows = pageOf(wanted, page).map(({ input, reason }) => ({
    ...placeOf(input),
    reason: { ...reason },
  }));
  return { rows, total: wanted.length };
};

export const placeOf = (file: string): { name: string; folder: string } => ({
  name: path.basename(file),
  folder: path.dirname(file),
});

const refuseKeys = (vault: Vault, choice: PlanChoice): void => {
  const { kind, keys } = choice;
  if (kind === 'encrypt') encryptionKeys(vault.tables.keys, keys, vault.now);
  if (isReplacing(kind)) slotChange(vault.tables.keys, slotsOf(choice), vault.now);
};

const attempt = (work: () => void): Failure | null => {
  try {
    work();
    return null;
  } catch (error) {
    return asFailure(error);
  }
};

const asFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  throw error;
};
