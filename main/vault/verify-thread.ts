import { ledgerNotRead } from '../../shared/messages/failures/disk.ts';
import { lookAtStore, type StoreReader } from '../store/index.ts';
import { orFailure } from '../system/index.ts';
import { serveThread } from '../thread/index.ts';
import { refuseNoVault } from './creation.ts';
import type { VerifyCalls } from './verify-in-thread.ts';
import { type LedgerVerdict, verifyLedger } from './verify.ts';

// Composition root of the thread that verifies a ledger.

const verify = async (
  store: StoreReader,
  onProgress: (records: number) => void,
): Promise<LedgerVerdict> => {
  await refuseNoVault(store);
  // Another program may commit between the reading of the ledger and that of the keystore. So a
  // finding counts only if it is found again and the ledger has not grown meanwhile.
  for (let before = -1; ;) {
    const verdict = await verifyLedger(store, { onProgress });
    const isSound = verdict.findings.every(({ kind }) => kind !== 'damage');
    if (isSound || verdict.size === before) return verdict;
    before = verdict.size;
  }
};

serveThread<VerifyCalls>({
  verify: (folder, { progress }) => orFailure(ledgerNotRead, verify(lookAtStore(folder), progress)),
});
