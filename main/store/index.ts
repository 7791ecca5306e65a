// Callers name a folder; this decides which store it contains.
export {
  holdFolder as holdStore,
  holdNewFolder as holdNewStore,
  isVaultFolder,
  lookAtFolder as lookAtStore,
} from './folder/open-folder.ts';
export { holderOf, type HolderState } from './folder/lock.ts';
export { OwnFiles, refuseInVault } from './folder/own-files.ts';
export type {
  ByteRange,
  Commit,
  CommitOutcome,
  FoundImage,
  FoundNotes,
  Store,
  StoredDocument,
  StoreReader,
} from './store.ts';
