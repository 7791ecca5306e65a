import { lstat, unlink } from 'node:fs/promises';
import type { BatchKind, PlannedFile, Removal, StoredBatch } from '../../shared/batch.ts';
import { Failure, fromFailureData } from '../../shared/failure.ts';
import { notReadBack, originalChanged } from '../../shared/messages/failures/batch.ts';
import {
  type FileIdentity,
  fileIdentityOf,
  type FileResult,
  isSame,
  type OpenFolders,
  type VerifyJob,
} from '../engine/index.ts';
import { fileFailure } from '../system/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { Vault } from '../vault/index.ts';
import { type BatchFolders, syncFoldersOf } from './folders.ts';
import { deletedRecord } from './records.ts';
import type { Trash } from './trash.ts';

/** The original of a file that was encrypted and recorded. */
export interface Original {
  /** With the output's final name. */
  readonly file: PlannedFile;
  readonly encryptedBytes: number;
  /** Only this very file may be deleted. */
  readonly source: FileIdentity;
}

export interface DeleteOriginals {
  readonly batch: StoredBatch;
  readonly vault: Vault;
  readonly folders: BatchFolders;
  readonly originals: readonly Original[];
  /** Used if the batch says so. */
  readonly trash: Trash;
  readonly readBack: (jobs: readonly VerifyJob[]) => Promise<FileResult[]>;
}

/**
 * Deletes originals, or moves them to the trash, after the encrypted file was read back with its
 * key and gave the same bytes. Each deletion is recorded before it happens. A kept original does
 * not make the file a failed one: it was processed, and the record says why the original was kept.
 * @returns by index: null if the original was deleted, or why it was kept
 */
export const deleteOriginals = async (
  input: DeleteOriginals,
): Promise<ReadonlyMap<number, Failure | null>> => {
  const { batch, vault, folders, originals, trash } = input;
  const remove = removerOf(batch.removal, trash);
  const jobs = originals.map(({ file, encryptedBytes }) => ({
    index: file.index,
    input: encryptedOf(file, batch.kind),
    size: encryptedBytes,
    planned: null,
    original: plainOf(file, batch.kind),
  }));
  const proved = new Map((await input.readBack(jobs)).map((result) => [result.index, result]));
  const checked = await folders.during((open) =>
    Promise.all(
      originals.map(async ({ file, source }) => ({
        file,
        source,
        refusal:
          refusalOf(proved.get(file.index)) ?? (await changedSince(open, file.input, source)),
      })),
    ),
  );
  await vault.record(
    checked.map(({ file, refusal }) => deletedRecord({ ...file, batch }, refusal)),
  );
  const late: NewRecord[] = [];
  const outcomes = new Map<number, Failure | null>();
  await folders.during(async (open) => {
    for (const { file, source, refusal } of checked) {
      // Check again: recording takes time, and the file may have been changed meanwhile.
      const failure =
        refusal ??
        (await changedSince(open, file.input, source)) ??
        (await remove(open, file.input));
      outcomes.set(file.index, failure);
      if (refusal === null && failure !== null) {
        late.push(deletedRecord({ ...file, batch }, failure));
      }
    }
    // If the power fails here, an original is left over, never lost.
    await syncFoldersOf(
      open,
      checked.map(({ file }) => file.input),
    ).catch(() => undefined);
  });
  if (late.length > 0) await vault.record(late);
  return outcomes;
};

const refusalOf = (result: FileResult | undefined): Failure | null => {
  if (result === undefined) return notReadBack();
  return result.outcome === 'done' ? null : fromFailureData(result.failure);
};

/** Which file has this name now. */
export const identityNow = async (open: OpenFolders, file: string): Promise<FileIdentity> =>
  fileIdentityOf({ stats: await lstat(await open.at(file), { bigint: true }) });

/** Only the file that was encrypted is deleted, not another one with its name. */
const changedSince = async (
  open: OpenFolders,
  file: string,
  identity: FileIdentity,
): Promise<Failure | null> => {
  try {
    const now = await identityNow(open, file);
    const same =
      isSame(now, identity) &&
      now.size === identity.size &&
      now.modifiedNs === identity.modifiedNs &&
      now.changedNs === identity.changedNs;
    if (same) return null;
    return originalChanged();
  } catch (error) {
    return asFailure(error);
  }
};

type Remove = (open: OpenFolders, file: string) => Promise<Failure | null>;

const removerOf =
  (removal: Removal, trash: Trash): Remove =>
  async (open, file) => {
    try {
      const at = await open.at(file);
      // rm() would report a protected file as a folder.
      await (removal === 'trash' ? trash.take(file, at) : unlink(at));
      return null;
    } catch (error) {
      return asFailure(error);
    }
  };

/** Which of the two files is the encrypted one; decrypting it must give the other. */
export const encryptedOf = ({ input, output }: PlannedFile, kind: BatchKind): string =>
  kind === 'decrypt' ? input : (output ?? input);

const plainOf = ({ input, output }: PlannedFile, kind: BatchKind): string =>
  kind === 'decrypt' ? (output ?? input) : input;

export const asFailure = (error: unknown): Failure => {
  const failure = fileFailure(error, 'original');
  if (failure instanceof Failure) return failure;
  throw error;
};
