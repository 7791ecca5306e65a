import { lstat } from 'node:fs/promises';
import type { BatchKind, PlannedFile, Receipt } from '../../shared/batch.ts';
import { Failure, toFailureData } from '../../shared/failure.ts';
import type { OpenFolders } from '../engine/index.ts';
import { BatchCalls } from './engine-calls.ts';
import { makeGroups } from './groups.ts';
import {
  asFailure,
  deleteOriginals,
  encryptedOf,
  identityNow,
  type Original,
} from './originals.ts';
import type { Prepared, RunOptions } from './run.ts';

/**
 * Deletes originals that are left after an interruption: of files that were recorded as encrypted,
 * but not yet deleted, or recorded as deleted, but not yet removed. Which file was encrypted then
 * is no longer known, so a file is deleted only if it equals its decrypted copy.
 */
export const deleteLeftOriginals = async (
  { session, batch, folders }: Prepared,
  settled: readonly Receipt[],
  options: Pick<RunOptions, 'signal' | 'trash'>,
): Promise<readonly Receipt[]> => {
  if (!batch.deleteOriginals) return settled;
  const receipts = new Map(settled.map((receipt) => [receipt.input, receipt]));
  const left = batch.files.flatMap((file): PlannedFile[] => {
    const receipt = receipts.get(file.input);
    const open = receipt?.outcome === 'done' && receipt.originalDeleted !== false;
    return open ? [{ ...file, output: receipt.output }] : [];
  });
  const calls = new BatchCalls(session, batch, folders);
  try {
    for (const group of makeGroups(left)) {
      const kept = await deleteGroup({ session, batch, folders, calls }, group, options);
      for (const { index, input } of group) {
        const receipt = receipts.get(input);
        if (receipt !== undefined) receipts.set(input, withOutcome(receipt, kept.get(index)));
      }
    }
  } finally {
    await calls.close();
  }
  return [...receipts.values()];
};

const withOutcome = (receipt: Receipt, kept: Failure | null | undefined): Receipt =>
  kept instanceof Failure
    ? { ...receipt, originalDeleted: false, reason: toFailureData(kept) }
    : { ...receipt, originalDeleted: true };

type Parts = Pick<Prepared, 'session' | 'batch' | 'folders'> & { readonly calls: BatchCalls };

const deleteGroup = async (
  { session, batch, folders, calls }: Parts,
  group: readonly PlannedFile[],
  { signal, trash }: Pick<RunOptions, 'signal' | 'trash'>,
): Promise<ReadonlyMap<number, Failure | null>> => {
  const outcomes = new Map<number, Failure | null>();
  const originals: Original[] = [];
  await folders.during(async (open) => {
    for (const file of group) {
      const found = await find(open, file, batch.kind);
      if (found === null || found instanceof Failure) outcomes.set(file.index, found);
      else originals.push(found);
    }
  });
  if (originals.length === 0) return outcomes;
  const call = { signal, onProgress: () => undefined };
  const deleted = await deleteOriginals({
    batch,
    folders,
    vault: session.vault,
    originals,
    trash,
    readBack: (jobs) => calls.readBack(jobs, call),
  });
  return new Map([...outcomes, ...deleted]);
};

/** null: it is already deleted. */
const find = async (
  open: OpenFolders,
  file: PlannedFile,
  kind: BatchKind,
): Promise<Original | Failure | null> => {
  try {
    const source = await identityNow(open, file.input).catch((error: unknown) => {
      const failure = asFailure(error);
      if (failure.code === 'not-found') return null;
      throw failure;
    });
    if (source === null) return null;
    const { size } = await lstat(await open.at(encryptedOf(file, kind)));
    return { file, source, encryptedBytes: size };
  } catch (error) {
    return error instanceof Failure ? error : asFailure(error);
  }
};
