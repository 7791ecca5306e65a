import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  type Receipt,
  type StoredBatch,
  storedBatchSchema,
} from '../../shared/batch.ts';
import { Failure } from '../../shared/failure.ts';
import { type BatchId, batchIdSchema } from '../../shared/ids.ts';
import { jsonObjectSchema } from '../ledger/record.ts';
import type { VaultSession } from '../session/vault-session.ts';
import type { Vault } from '../vault/vault.ts';
import { encryptionKeys } from './lending.ts';
import { reconcile } from './reconcile.ts';
import { endRecord, startRecord } from './records.ts';
import { BatchRun, type RunOptions, type RunResult } from './run.ts';

export interface NewBatch {
  readonly kind: BatchKind;
  readonly plan: BatchPlan;
  readonly conflict: ConflictRule;
  readonly deleteOriginals: boolean;
  /** Names or ids of the keys to encrypt under. */
  readonly keys: readonly string[];
}

export interface BatchResult extends RunResult {
  readonly id: BatchId;
}

/** Stores a batch and runs it to its end. */
export const runBatch = async (
  session: VaultSession,
  request: NewBatch,
  options: RunOptions,
): Promise<BatchResult> => runStored(session, await storeBatch(session, request), options);

/** Stores a batch, so that it can be run, or resumed after a crash. */
export const storeBatch = async (
  session: VaultSession,
  request: NewBatch,
): Promise<StoredBatch> => {
  const { vault } = session;
  const keys = encryptionKeys(vault.tables.keys, request.keys);
  const batch: StoredBatch = {
    id: v.parse(batchIdSchema, randomBytes(16).toString('hex')),
    kind: request.kind,
    conflict: request.conflict,
    deleteOriginals: request.deleteOriginals,
    keys: keys.map(({ id, version }) => ({ id, version })),
    files: [...request.plan.files],
  };
  await store(vault, batch, request.plan.bytes);
  return batch;
};

/** Runs a batch that has just been stored to its end. */
export const runStored = async (
  session: VaultSession,
  batch: StoredBatch,
  options: RunOptions,
): Promise<BatchResult> =>
  finish(session, batch, await new BatchRun(session, batch, options).run());

/** Batches that a crash, a lost token or a failed ledger has left unfinished. */
export const unfinishedBatches = (vault: Vault): StoredBatch[] =>
  vault.tables.batches.list().map(({ plan }) => v.parse(storedBatchSchema, plan));

/**
 * Goes on with an unfinished batch: finishes the renames of what was recorded, and starts every
 * other file anew, with a new file key.
 */
export const resumeBatch = async (
  session: VaultSession,
  batch: StoredBatch,
  options: RunOptions,
): Promise<BatchResult> => {
  const { settled, open } = await reconcile(session.vault, session.engine, batch);
  for (const receipt of settled) options.onReceipt(receipt);
  await session.vault.record([
    {
      action: 'batch.resume',
      subject: { batch: batch.id },
      outcome: 'ok',
      details: { settled: settled.length, open: open.length },
    },
  ]);
  const rest = { ...batch, files: [...open] };
  const result = await new BatchRun(session, rest, options).run();
  return finish(session, batch, { ...result, receipts: [...settled, ...result.receipts] });
};

/** Gives up an unfinished batch: finished outputs stay, parts are removed. */
export const abandonBatch = async (
  session: VaultSession,
  batch: StoredBatch,
): Promise<readonly Receipt[]> => {
  const { settled, open } = await reconcile(session.vault, session.engine, batch);
  await session.vault.commit(
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

/** A batch that writes nothing leaves nothing to resume. */
const store = async (vault: Vault, batch: StoredBatch, bytes: number): Promise<void> => {
  if (batch.kind === 'verify') {
    await vault.record([startRecord(batch, bytes)]);
    return;
  }
  const { id, kind } = batch;
  const created = new Date().toISOString();
  const plan = v.parse(jsonObjectSchema, batch);
  await vault.commit(
    ({ batches }) => batches.insert({ id, kind, created, plan, state: 'running' }),
    () => startRecord(batch, bytes),
  );
};

const finish = async (
  session: VaultSession,
  batch: StoredBatch,
  result: RunResult,
): Promise<BatchResult> => {
  const { vault } = session;
  const failed = result.receipts.some(({ outcome }) => outcome !== 'done');
  const record = endRecord(batch, result.receipts, failed ? 'failed' : 'ok');
  // An interrupted batch stays stored: it can be resumed.
  if (result.interrupted === null) {
    if (batch.kind === 'verify') await vault.record([record]);
    else
      await vault.commit(
        ({ batches }) => batches.remove(batch.id),
        () => record,
      );
  }
  return { id: batch.id, ...result };
};

/** @throws Failure `usage` where no unfinished batch has this id */
export const findUnfinished = (vault: Vault, id: string): StoredBatch => {
  const batch = unfinishedBatches(vault).find((each) => each.id === id);
  if (batch !== undefined) return batch;
  throw new Failure('usage', `There is no unfinished batch ${id}.`, {
    next: 'Run "claviger resume --list" to see the unfinished batches.',
  });
};
