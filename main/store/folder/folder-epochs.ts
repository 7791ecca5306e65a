import type { NewEpoch, NewVault } from '../store.ts';
import type { Files } from './files.ts';
import { stateOf } from './folder-state.ts';
import { vaultFiles } from './names.ts';

/**
 * Writes a ledger's first record and its signed note. Neither is in force: so a ledger that exists
 * holds a record, an empty one is always damage, and none is ever unsigned.
 */
export const prepareLedger = async (
  files: Files,
  { line, sign }: Pick<NewVault, 'line' | 'sign'>,
): Promise<string> => {
  await files.writeSynced(vaultFiles.ledgerNext, line);
  const note = await sign();
  await files.writeSynced(vaultFiles.checkpointNext, Buffer.from(note));
  await files.syncFolder();
  return note;
};

/** The commit point of a new vault and of a new epoch. */
export const nameLedger = async (files: Files): Promise<void> => {
  await files.rename(vaultFiles.ledgerNext, vaultFiles.ledger);
  await files.syncFolder();
};

/** The old ledger and its notes stay under other names. */
export const beginEpoch = async (files: Files, { ended, ...next }: NewEpoch): Promise<void> => {
  try {
    await prepareLedger(files, next);
  } catch (error) {
    await files.remove(vaultFiles.ledgerNext).catch(() => undefined);
    throw error;
  }
  await setOldAside(files, ended);
  await finishEpoch(files);
  await files.rename(vaultFiles.checkpointNext, vaultFiles.checkpoint);
  await files.remove(vaultFiles.hashes);
  await files.remove(vaultFiles.resume);
  await files.syncFolder();
};

export const finishEpoch = async (files: Files): Promise<void> => {
  if (stateOf(await files.list()) === 'between-epochs') await nameLedger(files);
};

const setOldAside = async (files: Files, epoch: number): Promise<void> => {
  const names = new Set(await files.list());
  const free = (start: string): string => {
    let name = `${start}${epoch}.jsonl`;
    while (names.has(name)) name = name.replace('.jsonl', 'x.jsonl');
    return name;
  };
  if (names.has(vaultFiles.checkpoints))
    await files.rename(vaultFiles.checkpoints, free(vaultFiles.oldCheckpoints));
  await files.rename(vaultFiles.ledger, free(vaultFiles.oldLedger));
  await files.syncFolder();
};
