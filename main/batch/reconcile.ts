import { access } from 'node:fs/promises';
import type { PlannedFile, Receipt, StoredBatch } from '../../shared/batch.ts';
import { Failure, groupOf, toFailureData } from '../../shared/failure.ts';
import type { EngineCalls } from '../engine/api.ts';
import { withFileFailures } from '../engine/files/errno.ts';
import type { Caller } from '../engine/rpc/caller.ts';
import type { Vault } from '../vault/vault.ts';
import { partOf, removeParts } from './engine-calls.ts';
import { batchHistory, type FileHistory } from './history.ts';
import { isSameFile, publishPart, syncFoldersOf } from './publish.ts';
import { failedReceipt } from './receipts.ts';
import { renamedRecord, unpublishedRecord } from './records.ts';

export interface Reconciled {
  /** Files that the ledger has an end for. */
  readonly settled: readonly Receipt[];
  /** Files that are to be processed again. */
  readonly open: readonly PlannedFile[];
  /** What the plan left out. */
  readonly leftOut: readonly Receipt[];
}

/**
 * Brings the disk in line with the ledger after an interruption: an output that was recorded gets
 * its name if its part is what was recorded; every other part is removed.
 */
export const reconcile = async (
  vault: Vault,
  engine: Caller<EngineCalls>,
  batch: StoredBatch,
): Promise<Reconciled> => {
  const { files, leftOut } = await batchHistory(vault, batch.id);
  const settled: Receipt[] = [];
  const open: PlannedFile[] = [];
  for (const file of batch.files) {
    const past = files.get(file.index);
    const receipt = past === undefined ? null : await settle(vault, engine, batch, file, past);
    if (receipt === null) open.push(file);
    else settled.push(receipt);
  }
  await removeParts(batch, batch.files);
  return { settled, open, leftOut };
};

/** The receipt of a file whose end was recorded, or null where it has to be done again. */
const settle = async (
  vault: Vault,
  engine: Caller<EngineCalls>,
  batch: StoredBatch,
  file: PlannedFile,
  past: FileHistory,
): Promise<Receipt | null> => {
  if (past.outcome === 'failed') return past.receipt;
  const part = partOf(batch, file);
  const output = past.receipt.output ?? part;
  if (await isSameFile(part, output)) return past.receipt;
  if (!(await exists(part))) return (await isThere(file, output)) ? past.receipt : null;
  if (!(await isRecorded(engine, batch, part, past))) return null;
  try {
    const name = await withFileFailures(publishPart(part, output, batch.conflict));
    await syncFoldersOf([name]);
    if (name !== output) await vault.record([renamedRecord({ ...file, batch }, name)]);
    return { ...past.receipt, output: name };
  } catch (error) {
    if (!(error instanceof Failure) || groupOf(error.code) !== 'file') throw error;
    await vault.record([unpublishedRecord({ ...file, batch }, error)]);
    return failedReceipt(file, toFailureData(error));
  }
};

/** A decrypted part has no hash in the ledger (it would confirm guesses), so it is made again. */
const isRecorded = async (
  engine: Caller<EngineCalls>,
  batch: StoredBatch,
  part: string,
  past: FileHistory,
): Promise<boolean> => {
  if (batch.kind !== 'encrypt') return false;
  try {
    return (await engine.call('hashFile', { path: part })) === past.receipt.sha256;
  } catch (error) {
    if (error instanceof Failure && error.code !== 'engine-lost') return false;
    throw error;
  }
};

/** An output that somebody has moved away since is not made again if its original is gone too. */
const isThere = async (file: PlannedFile, output: string): Promise<boolean> =>
  (await exists(output)) || !(await exists(file.input));

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
