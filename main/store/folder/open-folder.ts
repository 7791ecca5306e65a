import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { folderNotCreated } from '../../../shared/messages/failures/disk.ts';
import { isErrno, storageFailure, syncFolder } from '../../system/index.ts';
import type { Store } from '../store.ts';
import { onlyRead } from './files.ts';
import { FolderFiles } from './folder-files.ts';
import { refuseUsed } from './folder-state.ts';
import { FolderStore } from './folder-store.ts';
import { VaultLock } from './lock.ts';
import { vaultFiles } from './names.ts';

/** Needs no lock, and refuses whatever would write. */
export const lookAtFolder = (folder: string): Store =>
  new FolderStore(onlyRead(new FolderFiles(folder)));

/** @throws Failure 'vault-locked', or the disk's refusal */
export const holdFolder = async (folder: string): Promise<Store> => {
  const lock = await VaultLock.acquire(folder);
  return new FolderStore(new FolderFiles(folder), () => lock.release());
};

/**
 * Makes the folder for its owner only, where there is none; its parent must exist.
 * @param beside names that may be there already
 * @throws Failure 'vault-exists' | 'vault-locked' | the disk's refusal
 */
export const holdNewFolder = async (folder: string, beside: readonly string[]): Promise<Store> => {
  await makeFolder(folder);
  // Before there is a lock in it; `create` looks again.
  refuseUsed(await new FolderFiles(folder).list(), beside);
  return holdFolder(folder);
};

/** Quickly, for a list of folders. */
export const isVaultFolder = (folder: string): boolean =>
  existsSync(path.join(folder, vaultFiles.ledger));

const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o700 });
    await syncFolder(path.dirname(path.resolve(folder)));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    throw storageFailure(error, folderNotCreated(folder));
  }
};
