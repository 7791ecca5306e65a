import { serveThread } from '../thread/serve-thread.ts';
import { FolderStorage } from '../vault/folder-storage.ts';
import { orFailure } from '../vault/storage-failure.ts';
import type { VerifyCalls } from './verify-aside.ts';
import { verifyLedger } from './verify.ts';

// Composition root of the thread that verifies a ledger.

serveThread<VerifyCalls>({
  verify: (folder, { progress }) =>
    orFailure(
      'The ledger cannot be read',
      verifyLedger(new FolderStorage(folder), { onProgress: progress }),
    ),
});
