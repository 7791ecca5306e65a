import type { KeyId } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import type { Vault } from '../vault/index.ts';

/** Paths of the files that older versions of a key open, as far as the ledger knows them. */
export const filesToRewrap = async (vault: Vault, key: KeyId): Promise<readonly string[]> => {
  const { version } = vault.tables.keys.get(key);
  return (await vault.audit()).filesOfOlder({ key, version }, limits.draftItems);
};
