import { folderNotEmpty, vaultInFolder } from '../../../shared/messages/failures/store.ts';
import type { StoreState } from '../store.ts';
import { vaultFiles } from './names.ts';

const begun: readonly string[] = [
  vaultFiles.ledgerNext,
  vaultFiles.keystoreNext,
  vaultFiles.checkpointNext,
];

/** @param names what the folder holds */
export const stateOf = (names: readonly string[]): StoreState => {
  if (names.includes(vaultFiles.ledger)) return 'vault';
  // Between two renames: the old ledger has its new name, the new one not yet.
  const hasOld = names.some((name) => name.startsWith(vaultFiles.oldLedger));
  if (hasOld && names.includes(vaultFiles.ledgerNext)) return 'between-epochs';
  if (names.includes(vaultFiles.keystore)) return 'no-ledger';
  return begun.some((name) => names.includes(name)) ? 'begun' : 'none';
};

/**
 * A new vault may use an empty folder, or one where creating a vault was interrupted before its
 * first record.
 * @param beside names that may be there too
 * @throws Failure 'vault-exists'
 */
export const refuseUsed = (names: readonly string[], beside: readonly string[]): void => {
  const strange = names.filter(
    (name) => !begun.includes(name) && !beside.includes(name) && !isLock(name),
  );
  if (strange.length === 0) return;
  const isVault = ['vault', 'no-ledger'].includes(stateOf(names));
  throw isVault ? vaultInFolder() : folderNotEmpty();
};

const isLock = (name: string): boolean =>
  name === vaultFiles.lock || name.startsWith(`${vaultFiles.lock}.`);
