import { keystoreForeign, keystoreLost } from '../../shared/messages/failures/vault.ts';
import { type Ledger, type NewRecord, vaultActions } from '../ledger/index.ts';
import type { FoundImage, Store, StoreReader } from '../store/index.ts';

/** The keystore that a record names, and what an interrupted commit left beside it. */
export type NamedKeystore = Extract<FoundImage, { readonly kind: 'found' }>;

/**
 * Finds the keystore that the ledger names. Changes nothing.
 * @throws Failure 'keystore-damaged' | 'keystore-foreign'
 */
export const matchKeystore = async (
  store: StoreReader,
  named: string | null,
): Promise<NamedKeystore> => {
  const found = await store.keystore(named);
  if (found.kind === 'found') return found;
  throw found.kind === 'other' ? keystoreForeign() : keystoreLost(found.kind);
};

/** Records what is being repaired, then repairs it. */
export const recover = async (
  store: Store,
  ledger: Ledger,
  found: NamedKeystore,
): Promise<void> => {
  await ledger.append(repairRecords(found.left, ledger.facts.keystore));
  await store.repair(found);
};

const repairRecords = (left: NamedKeystore['left'], named: string | null): NewRecord[] => {
  if (left === 'nothing') return [];
  const action = left === 'unfinished' ? vaultActions.rollForward : vaultActions.discard;
  const details = left === 'unfinished' ? { sha256: named } : {};
  return [{ action, subject: {}, outcome: 'ok', details }];
};
