import type { StoreReader } from '../store/index.ts';
import { sha256 } from '../system/index.ts';
import { vaultActions, type LedgerFacts } from './facts.ts';
import type { NewRecord } from './record.ts';

/** The records to make of what was set aside and that no record names yet. */
export const setAsideRecords = async (
  store: StoreReader,
  facts: Pick<LedgerFacts, 'isTornFileRecorded'>,
): Promise<NewRecord[]> => {
  const fresh = (await store.tornFiles()).filter((name) => !facts.isTornFileRecorded(name));
  return Promise.all(
    fresh.toSorted().map(async (file) => {
      const bytes = await store.tornFile(file);
      const details = { file, bytes: bytes.length, sha256: sha256(bytes) };
      return { action: vaultActions.torn, subject: {}, outcome: 'ok' as const, details };
    }),
  );
};
