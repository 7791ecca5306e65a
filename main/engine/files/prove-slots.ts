import type { KeyVersion } from '../../../shared/batch.ts';
import { Failure, type FailureData, groupOf, toFailureData } from '../../../shared/failure.ts';
import { fileFailure } from '../../system/index.ts';
import type { KeySession, LoadedKey } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import { forEachFile, withSource } from './groups-in-worker.ts';
import type { FileJob } from './jobs.ts';
import { headerIn } from './new-slots-made.ts';
import { openHeldSlots } from './open-header.ts';
import type { WholeFiles } from './whole-files.ts';

/** What came of trying the slots of a file whose keys are here. */
export interface SlotProof {
  readonly index: number;
  readonly opened: readonly KeyVersion[];
  readonly notOpened: readonly KeyVersion[];
  /** The first reason; null where all opened. */
  readonly refusal: FailureData | null;
}

/** Opens each slot, and the seal through it. The data of the files is not read. */
export const proveSlotsOf = (token: VaultToken, input: WholeFiles<FileJob>): SlotProof[] => {
  const proofs: SlotProof[] = [];
  const prove = (keys: KeySession, job: FileJob): void => {
    proofs.push(proofOf(keys, job, input.keys));
  };
  forEachFile(token, input.files, [], prove);
  return proofs;
};

const proofOf = (keys: KeySession, job: FileJob, loaded: readonly LoadedKey[]): SlotProof => {
  const opened: KeyVersion[] = [];
  const notOpened: KeyVersion[] = [];
  let refusal: FailureData | null = null;
  try {
    withSource(job, (source) => {
      const header = headerIn(source.fd, source.size);
      for (const slot of header.slots) {
        const key = loaded.find(
          ({ material: { id, version } }) => id === slot.key && version === slot.version,
        );
        if (key === undefined) continue;
        const { id, version } = key.material;
        try {
          openHeldSlots(keys, header, [key]);
          opened.push({ id, version });
        } catch (error) {
          refusal ??= refusalOf(error);
          notOpened.push({ id, version });
        }
      }
    });
  } catch (error) {
    refusal ??= refusalOf(error);
  }
  return { index: job.index, opened, notOpened, refusal };
};

/** A failed token concerns all files and is thrown on. */
const refusalOf = (thrown: unknown): FailureData => {
  const error = fileFailure(thrown, 'original');
  if (!(error instanceof Failure) || groupOf(error.code) === 'token') throw error;
  return toFailureData(error);
};
