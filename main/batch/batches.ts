import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  type EncryptedInputs,
  isReplacing,
  type KeyVersion,
  type OriginalsRule,
  type Receipt,
  type RefusedInput,
  type SkippedInput,
  type SlotChange,
  type StoredBatch,
  storedBatchSchema,
} from '../../shared/batch.ts';
import { Failure } from '../../shared/failure.ts';
import { type BatchId, batchIdSchema } from '../../shared/ids.ts';
import { noSuchBatch } from '../../shared/messages/failures/batch.ts';
import { type JsonObject, jsonObjectSchema } from '../json/index.ts';
import type { VaultSession } from '../session/index.ts';
import type { KeyReader } from '../keystore/index.ts';
import { parseRow } from '../sqlite/index.ts';
import type { Vault } from '../vault/index.ts';
import { afterInterruption, refreshPlan } from './refresh-plan.ts';
import { encryptionKeys } from './batch-keys.ts';
import { tidyClaims } from './claims.ts';
import { removeParts, tidyParts } from './engine-calls.ts';
import { BatchFolders } from './folders.ts';
import { deleteLeftOriginals } from './left-originals.ts';
import { planAgain } from './plan.ts';
import { Publisher } from './publish.ts';
import { skippedReceipt } from './receipts.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import { endRecord, leftOutRecord, retryRecord, startRecord } from './records.ts';
import { newestRules } from './slot-rules.ts';
import { BatchRun, type Prepared, type RunOptions, type RunResult } from './run.ts';

export interface NewBatch {
  readonly kind: BatchKind;
  readonly plan: BatchPlan;
  readonly conflict: ConflictRule;
  readonly originals: OriginalsRule;
  /** Names or IDs of the keys to encrypt with. */
  readonly keys: readonly string[];
  /** Folder for the outputs; null: beside each input. */
  readonly outputDir: string | null;
  readonly encryptedInputs: EncryptedInputs;
  readonly sealedNames: boolean;
  /** Where slots are to be replaced: how. Then the plan names the keys. */
  readonly slots?: SlotChange | null;
}

export interface BatchResult extends RunResult {
  readonly id: BatchId;
}

/** Stores a batch and runs it to its end. */
export const runBatch = async (
  session: VaultSession,
  request: NewBatch,
  options: RunOptions,
): Promise<BatchResult> =>
  runStored(session, await storeBatch(session, request), request.plan.skipped, options);

/** Stores a batch, so that it can be run, or resumed after a crash. */
export const storeBatch = async (
  session: VaultSession,
  request: NewBatch,
): Promise<StoredBatch> => {
  const { vault } = session;
  const keys = isReplacing(request.kind)
    ? request.plan.targets
    : encryptionKeys(vault.tables.keys, request.keys, vault.now);
  const batch: StoredBatch = {
    id: v.parse(batchIdSchema, randomBytes(16).toString('hex')),
    kind: request.kind,
    conflict: isReplacing(request.kind) ? 'replace' : request.conflict,
    deleteOriginals: request.originals !== 'keep',
    removal: request.originals === 'trash' ? 'trash' : 'delete',
    keys: keys.map(({ id, version }) => ({ id, version })),
    slots: request.slots ?? null,
    files: [...request.plan.files],
    outputDir: request.outputDir,
    encryptedInputs: request.encryptedInputs,
    sealedNames: request.sealedNames,
    refused: refusedOf(request.plan),
    folders: [...request.plan.folders],
    emptyFolders: [...request.plan.emptyFolders],
  };
  await store(vault, batch, request.plan);
  return batch;
};

/** Why a stored batch is not finished. */
type BatchState = 'running' | 'failed';

/** Runs a batch that has just been stored to its end. */
export const runStored = (
  session: VaultSession,
  batch: StoredBatch,
  leftOut: readonly SkippedInput[],
  options: RunOptions,
): Promise<BatchResult> =>
  run(
    prepare(session, batch),
    { settled: [], open: batch.files, leftOut: leftOut.map(skippedReceipt) },
    options,
  );

const prepare = (session: VaultSession, batch: StoredBatch): Prepared => ({
  session,
  batch,
  folders: new BatchFolders(batch.folders),
  publisher: new Publisher(batch.conflict),
});

/** Processes the open files and adds the results of the others: every input has one receipt. */
const run = async (
  prepared: Prepared,
  { settled, open, leftOut }: Reconciled,
  options: RunOptions,
): Promise<BatchResult> => {
  for (const receipt of [...settled, ...leftOut]) options.onReceipt(receipt);
  const { session, batch } = prepared;
  const rest = { ...prepared, batch: { ...batch, files: [...open] } };
  const result = await new BatchRun(rest, options).run();
  return finish(session, batch, {
    ...result,
    receipts: [...settled, ...result.receipts, ...leftOut],
  });
};

/** Batches that a crash, a lost token or a failed ledger has left unfinished. */
export const unfinishedBatches = (vault: Pick<Vault, 'tables'>): StoredBatch[] =>
  storedBatches(vault, 'running');

/** Batches that ended with failed files; their plan contains only those. Newest last. */
export const failedBatches = (vault: Pick<Vault, 'tables'>): StoredBatch[] =>
  storedBatches(vault, 'failed');

const storedBatches = (vault: Pick<Vault, 'tables'>, state: BatchState): StoredBatch[] =>
  vault.tables.batches
    .list()
    .filter((batch) => batch.state === state)
    .map(({ plan }) => parseRow(storedBatchSchema, plan));

/** Tries the failed files of a batch again, as they are now, with new file keys. */
export const retryBatch = async (
  session: VaultSession,
  stored: StoredBatch,
  options: RunOptions,
): Promise<BatchResult> => {
  const { vault } = session;
  const batch = { ...stored, ...(await refreshPlan(stored)) };
  // If the disk refused an output, it may also have refused to remove the partial file.
  const folders = new BatchFolders(batch.folders);
  await tidyParts(folders, batch, batch.files);
  await tidyClaims(folders, batch, batch.files);
  const slotRules = newestRules(vault.tables.keys, batch, vault.now);
  const plan = await planAgain({ ...batch, slotRules, vaultDir: session.vaultDir }, batch.refused);
  const next = 1 + Math.max(-1, ...batch.files.map(({ index }) => index));
  const fresh = plan.files.map((file) => ({ ...file, index: next + file.index }));
  const again = {
    ...batch,
    keys: retriedKeys(vault.tables.keys, batch, plan),
    files: [...batch.files, ...fresh],
    folders: [...batch.folders, ...plan.folders],
    emptyFolders: [...batch.emptyFolders, ...plan.emptyFolders],
    refused: refusedOf(plan),
  };
  await vault.commit(
    ({ batches }) => batches.replace(batch.id, planOf(again), 'running'),
    () => retryRecord(again, plan),
  );
  await vault.record(plan.skipped.map((each) => leftOutRecord(again, each)));
  return runStored(session, again, plan.skipped, options);
};

/** Slots are made for what is newest now, as the files are taken as they are now. */
export const retriedKeys = (
  keys: KeyReader,
  { kind, keys: own }: StoredBatch,
  { targets }: BatchPlan,
): KeyVersion[] => {
  if (!isReplacing(kind)) return own;
  const ids = new Set([...own, ...targets].map(({ id }) => id));
  return [...ids].map((id) => ({ id, version: keys.get(id).version }));
};

const refusedOf = ({ skipped }: BatchPlan): RefusedInput[] =>
  skipped
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ input, root, reason }) => ({ input, root, reason: { ...reason } }));

const planOf = (batch: StoredBatch): JsonObject => v.parse(jsonObjectSchema, batch);

/**
 * Continues an unfinished batch: finishes the renames of recorded outputs, and starts every other
 * file again, with a new file key.
 */
export const resumeBatch = async (
  session: VaultSession,
  stored: StoredBatch,
  options: RunOptions,
): Promise<BatchResult> => {
  const batch = afterInterruption(stored);
  const prepared = prepare(session, batch);
  const { vault, engine } = session;
  const past = await reconcile({ ...prepared, vault, engine });
  await tidyParts(prepared.folders, batch, batch.files);
  await tidyClaims(prepared.folders, batch, batch.files);
  await vault.record([
    {
      action: 'batch.resume',
      subject: { batch: batch.id },
      outcome: 'ok',
      details: { settled: past.settled.length, open: past.open.length },
    },
  ]);
  const settled = await deleteLeftOriginals(prepared, past.settled, options);
  return run(prepared, { ...past, settled }, options);
};

/** Discards the rest of an unfinished batch: finished outputs stay, partial files are removed. */
export const abandonBatch = async (
  session: VaultSession,
  stored: StoredBatch,
): Promise<readonly Receipt[]> => {
  const batch = afterInterruption(stored);
  const { vault, engine } = session;
  const prepared = prepare(session, batch);
  const { settled, open } = await reconcile({ ...prepared, vault, engine });
  await removeParts(prepared.folders, batch, batch.files);
  await tidyClaims(prepared.folders, batch, batch.files);
  await vault.commit(
    ({ batches }) => batches.remove(batch.id),
    () => ({
      action: 'batch.abandon',
      subject: { batch: batch.id },
      outcome: 'ok',
      details: { settled: settled.length, open: open.length },
    }),
  );
  return settled;
};

/**
 * Files that were left out are recorded first, so that they are known even if the batch is
 * interrupted right after its start. A batch that writes nothing leaves nothing to resume.
 */
const store = async (vault: Vault, batch: StoredBatch, plan: BatchPlan): Promise<void> => {
  const leftOut = plan.skipped.map((each) => leftOutRecord(batch, each));
  const start = startRecord(batch, plan);
  if (batch.kind === 'verify') {
    await vault.record([...leftOut, start]);
    return;
  }
  const { id, kind } = batch;
  const created = new Date().toISOString();
  await vault.record(leftOut);
  await vault.commit(
    ({ batches }) => batches.insert({ id, kind, created, plan: planOf(batch), state: 'running' }),
    () => start,
  );
};

const finish = async (
  session: VaultSession,
  batch: StoredBatch,
  result: RunResult,
): Promise<BatchResult> => {
  // An interrupted batch stays stored as it is: it can be resumed.
  if (result.interrupted === null) await end(session.vault, batch, result.receipts);
  await signTheEnd(session.vault);
  return { id: batch.id, ...result };
};

/** If this fails, the next checkpoint covers the batch: at the next action or at lock. */
const signTheEnd = async (vault: Vault): Promise<void> => {
  try {
    await vault.checkpoint('when-due');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
};

/** Limit of stored batches with failed files; the oldest are removed. */
const FAILED_KEPT = 10;

const end = async (
  vault: Vault,
  batch: StoredBatch,
  receipts: readonly Receipt[],
): Promise<void> => {
  const complete = receipts.every(({ outcome }) => outcome === 'done' || outcome === 'skipped');
  const record = endRecord(batch, receipts, complete ? 'ok' : 'failed');
  if (batch.kind === 'verify') {
    await vault.record([record]);
    return;
  }
  const failedInputs = new Set(
    receipts.filter(({ outcome }) => outcome === 'failed').map(({ input }) => input),
  );
  const files = batch.files.filter(({ input }) => failedInputs.has(input));
  const older = failedBatches(vault).slice(0, -FAILED_KEPT + 1);
  await vault.commit(
    ({ batches }) => {
      if (files.length === 0 && batch.refused.length === 0) {
        batches.remove(batch.id);
        return;
      }
      for (const { id } of older) batches.remove(id);
      batches.replace(batch.id, planOf({ ...batch, files }), 'failed');
    },
    () => record,
  );
};

/** @throws Failure `usage` if no batch has this ID */
export const findBatch = (batches: readonly StoredBatch[], id: string): StoredBatch => {
  const batch = batches.find((each) => each.id === id);
  if (batch !== undefined) return batch;
  throw noSuchBatch(id);
};
