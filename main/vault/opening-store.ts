import { Failure, type FailureCode } from '../../shared/failure.ts';
import type { Store } from '../store/index.ts';

/** What keeps a vault from being written to, but not from being viewed. */
const unwritable: ReadonlySet<FailureCode> = new Set([
  'vault-locked',
  'read-only',
  'no-permission',
  'disk-full',
]);

export const isUnwritable = (error: unknown): error is Failure =>
  error instanceof Failure && unwritable.has(error.code);

/** Releases the store if what was to be opened on it cannot be. */
export const orClose = async <T>(store: Store, opening: Promise<T>): Promise<T> => {
  try {
    return await opening;
  } catch (error) {
    await store.close();
    throw error;
  }
};
