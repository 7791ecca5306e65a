import path from 'node:path';
import type { PlannedFile, StoredBatch } from '../../shared/batch.ts';
import { isReplacing } from '../../shared/batch.ts';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { claimedByAnother } from '../../shared/messages/failures/rewrap.ts';
import type { OpenFolder, OpenFolders } from '../engine/index.ts';
import { fileFailure, sha256 } from '../system/index.ts';
import { isClaimOf, makeClaim, removeClaim } from './claim-file.ts';
import { partOf } from './engine-calls.ts';
import type { BatchFolders } from './folders.ts';
import { nameKey } from './input-files.ts';
import { claimName } from './output-name.ts';

type Batch = Pick<StoredBatch, 'id' | 'kind'>;

export interface Claimed {
  readonly ready: readonly PlannedFile[];
  readonly refused: readonly { readonly file: PlannedFile; readonly failure: FailureData }[];
}

/**
 * Keeps two runs, of one vault or of several, from replacing one file at once: a link beside
 * it, named after it, says which run is at work. A run that was interrupted finds its own again.
 */
export const takeClaims = async (
  folders: BatchFolders,
  batch: Batch,
  files: readonly PlannedFile[],
): Promise<Claimed> => {
  if (!isReplacing(batch.kind)) return { ready: files, refused: [] };
  const outcomes = await folders.during((open) =>
    Promise.all(files.map((file) => take(open, batch, file).then(() => null, reasonOf))),
  );
  return {
    ready: files.filter((_, at) => outcomes[at] === null),
    refused: files.flatMap((file, at) => {
      const failure = outcomes[at] ?? null;
      return failure === null ? [] : [{ file, failure }];
    }),
  };
};

const reasonOf = (error: unknown): FailureData => {
  const failure = fileFailure(error, 'output');
  if (failure instanceof Failure) return toFailureData(failure);
  throw error;
};

const take = async (open: OpenFolders, batch: Batch, file: PlannedFile): Promise<void> => {
  const { folder, claim, part } = await placeOf(open, batch, file);
  if (await makeClaim(folder, part, claim)) return;
  if (!(await isClaimOf(folder, part, claim)))
    throw claimedByAnother(path.join(folder.path, claim));
};

/** If the disk refuses, they stay until the batch is resumed or tried again. */
export const tidyClaims = async (
  folders: BatchFolders,
  batch: Batch,
  files: readonly PlannedFile[],
): Promise<void> => {
  if (!isReplacing(batch.kind)) return;
  await folders.during((open) =>
    Promise.all(files.map((file) => drop(open, batch, file).catch(reasonOf))),
  );
};

/** Only the batch's own. */
const drop = async (open: OpenFolders, batch: Batch, file: PlannedFile): Promise<void> => {
  const { folder, claim, part } = await placeOf(open, batch, file);
  if (await isClaimOf(folder, part, claim)) await removeClaim(folder, claim);
};

interface Place {
  readonly folder: OpenFolder;
  readonly claim: string;
  readonly part: string;
}

const placeOf = async (open: OpenFolders, batch: Batch, file: PlannedFile): Promise<Place> => {
  const part = partOf(batch, file);
  const name = nameKey(path.basename(file.output ?? part));
  const hash = sha256(Buffer.from(name));
  return {
    folder: await open.of(path.dirname(part)),
    claim: claimName(hash),
    part: path.basename(part),
  };
};
