export { vaultFiles } from './files.ts';
export { FolderStorage } from './folder/folder-storage.ts';
export { withVaultLock } from './folder/lock.ts';
export { OwnFiles, refuseInVault } from './folder/own-files.ts';
export { replaceFile, type Storage } from './storage.ts';
