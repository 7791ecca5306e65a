import { type Storage, vaultFiles } from '../store/index.ts';
import { sha256 } from '../system/index.ts';
import { vaultActions, type LedgerFacts } from './facts.ts';
import type { NewRecord } from './record.ts';

/**
 * Moves the bytes behind `from` into a file of their own, which is durable before they leave the
 * ledger.
 */
export const setAside = async (storage: Storage, from: number, now: Date): Promise<void> => {
  const pieces: Buffer[] = [];
  for await (const piece of storage.stream(vaultFiles.ledger, from)) pieces.push(piece);
  if (pieces.length === 0) return;
  await storage.writeSynced(await freeName(storage, now), Buffer.concat(pieces));
  await storage.syncFolder();
  await storage.truncateSynced(vaultFiles.ledger, from);
};

/** The records to make of files that were set aside and that no record names yet. */
export const setAsideRecords = async (
  storage: Storage,
  facts: Pick<LedgerFacts, 'isTornFileRecorded'>,
): Promise<NewRecord[]> => {
  const names = (await storage.list()).filter((name) => name.startsWith(vaultFiles.torn));
  const fresh = names.filter((name) => !facts.isTornFileRecorded(name)).toSorted();
  return Promise.all(
    fresh.map(async (file) => {
      const bytes = (await storage.read(file)) ?? Buffer.alloc(0);
      const details = { file, bytes: bytes.length, sha256: sha256(bytes) };
      return { action: vaultActions.torn, subject: {}, outcome: 'ok' as const, details };
    }),
  );
};

/** A name that is free, also where the clock shows a time for the second time. */
const freeName = async (storage: Storage, now: Date): Promise<string> => {
  const taken = new Set(await storage.list());
  let name = `${vaultFiles.torn}${now.toISOString().replaceAll(/[-:.]/g, '')}`;
  while (taken.has(name)) name += 'x';
  return name;
};
