import type { BatchKind } from '../../shared/batch.ts';
import { Failure } from '../../shared/failure.ts';
import type { Vault } from '../vault/index.ts';
import { refusedBatchRecord } from './records.ts';

/** Records it where the state of a key refuses a whole batch: somebody still needs that key. */
export const refusalRecorded = async <T>(
  vault: Vault,
  kind: BatchKind,
  work: () => T | Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && error.code === 'key-state')
      await vault.recordLook(refusedBatchRecord(kind, error));
    throw error;
  }
};
