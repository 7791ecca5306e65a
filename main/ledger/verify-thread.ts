import { serveThread } from '../thread/serve-thread.ts';
import { FolderStorage } from '../vault/folder-storage.ts';
import { refuseNoVault } from '../vault/creation.ts';
import { orFailure } from '../vault/storage-failure.ts';
import type { VerifyCalls } from './verify-aside.ts';
import { type LedgerVerdict, verifyLedger } from './verify.ts';

// Composition root of the thread that verifies a ledger.

const verify = async (
  storage: FolderStorage,
  onProgress: (records: number) => void,
): Promise<LedgerVerdict> => {
  await refuseNoVault(storage);
  return verifyLedger(storage, { onProgress });
};

serveThread<VerifyCalls>({
  verify: (folder, { progress }) =>
    orFailure('The ledger cannot be read', verify(new FolderStorage(folder), progress)),
});
