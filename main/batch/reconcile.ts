import { lstat } from 'node:fs/promises';
import path from 'node:path';
import {
  isReplacing,
  type PlannedFile,
  type Receipt,
  type StoredBatch,
} from '../../shared/batch.ts';
import { Failure, groupOf, toFailureData } from '../../shared/failure.ts';
import type { EngineCalls, OpenFolder, OpenFolders } from '../engine/index.ts';
import { notYetReplaced } from '../../shared/messages/failures/rewrap.ts';
import { syncFolder, withFileFailures } from '../system/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { Vault } from '../vault/index.ts';
import { partOf } from './engine-calls.ts';
import type { BatchFolders } from './folders.ts';
import { batchHistory, type FileHistory } from './history.ts';
import { isSameFile, type Publisher } from './publish.ts';
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

/** What is needed to reconcile a batch with the ledger. */
export interface Interrupted {
  readonly vault: Vault;
  readonly engine: Caller<EngineCalls>;
  readonly batch: StoredBatch;
  readonly folders: BatchFolders;
  readonly publisher: Publisher;
}

/**
 * Reconciles the disk with the ledger after an interruption: a recorded output gets its name if its
 * partial file is the recorded one. The caller removes all other partial files.
 */
export const reconcile = async (input: Interrupted): Promise<Reconciled> => {
  const { vault, batch } = input;
  const { files, leftOut } = await batchHistory(vault, batch.id);
  const settled: Receipt[] = [];
  const open: PlannedFile[] = [];
  for (const file of batch.files) {
    const past = files.get(file.index);
    const receipt = past === undefined ? null : await settle(input, file, past);
    if (receipt === null) open.push(file);
    else settled.push(receipt);
  }
  return { settled, open, leftOut };
};

/** The receipt of a file whose result was recorded, or null if it has to be processed again. */
const settle = async (
  input: Interrupted,
  file: PlannedFile,
  past: FileHistory,
): Promise<Receipt | null> => {
  // An interruption is no result.
  if (past.outcome === 'failed')
    return past.receipt.reason?.code === 'cancelled' ? null : past.receipt;
  const { batch, folders, publisher } = input;
  const part = path.basename(partOf(batch, file));
  const output = past.receipt.output ?? partOf(batch, file);
  const name = path.basename(output);
  return folders.during(async (open) => {
    const folder = await folderOf(open, output);
    if (folder === null) return (await isThere(open, file.input)) ? null : past.receipt;
    const isNamed = await isSameFile(folder, part, name);
    if (isNamed || !(await exists(folder.at(part)))) {
      const isDone = isNamed || (await exists(folder.at(name)));
      if (isDone) await publisher.remember(folder, name);
      // If somebody has moved the output away, it cannot be made again without its original.
      return isDone || !(await isThere(open, file.input)) ? past.receipt : null;
    }
    if (isReplacing(batch.kind)) {
      // The file may have changed since. What is recorded of it is not so, whatever comes next.
      await input.vault.record([
        unpublishedRecord({ ...file, batch }, notYetReplaced(), past.before),
      ]);
      return null;
    }
    await publisher.dropClaim(folder, part, name);
    return (await isRecorded(input, folder, part, past)) ? finish(input, file, folder, past) : null;
  });
};

/** Gives the partial file of a recorded output its name. */
const finish = async (
  { vault, batch, publisher }: Interrupted,
  file: PlannedFile,
  folder: OpenFolder,
  past: FileHistory,
): Promise<Receipt> => {
  const part = partOf(batch, file);
  const planned = past.receipt.output ?? part;
  try {
    const name = await withFileFailures(
      publisher.publish(folder, path.basename(part), path.basename(planned)),
      'output',
    );
    await withFileFailures(syncFolder(folder.here), 'output');
    const output = path.join(path.dirname(planned), name);
    if (output !== planned) await vault.record([renamedRecord({ ...file, batch }, output)]);
    return { ...past.receipt, output };
  } catch (error) {
    if (!(error instanceof Failure) || groupOf(error.code) !== 'file') throw error;
    await vault.record([unpublishedRecord({ ...file, batch }, error)]);
    return failedReceipt(file, toFailureData(error));
  }
};

/** null: it is missing, or is another file. */
const folderOf = async (open: OpenFolders, file: string): Promise<OpenFolder | null> => {
  try {
    return await withFileFailures(open.of(path.dirname(file)));
  } catch (error) {
    if (error instanceof Failure && groupOf(error.code) === 'file') return null;
    throw error;
  }
};

/** A decrypted part has no hash in the ledger (it would confirm guesses), so it is made again. */
const isRecorded = async (
  { engine, batch, folders }: Interrupted,
  { path: at, identity }: OpenFolder,
  part: string,
  past: FileHistory,
): Promise<boolean> => {
  const { digest } = past.receipt;
  if (batch.kind !== 'encrypt' || digest === null) return false;
  try {
    const folder = { ...folders.placeOf(at), identity };
    const { algorithm } = digest;
    const { hex } = await engine.call('hashFile', { folder, name: part, algorithm });
    return hex === digest.hex;
  } catch (error) {
    if (error instanceof Failure && error.code !== 'engine-lost') return false;
    throw error;
  }
};

const isThere = async (open: OpenFolders, file: string): Promise<boolean> => {
  const folder = await folderOf(open, file);
  return folder !== null && exists(folder.at(path.basename(file)));
};

/** Of a name: a link that leads nowhere is there. */
const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );
