import { Failure } from '../../shared/failure.ts';
import { type Ledger, type NewRecord, vaultActions } from '../ledger/index.ts';
import { type Storage, vaultFiles } from '../store/index.ts';
import { sha256 } from '../system/index.ts';

/** Which file is the keystore, and what to do with the other. */
export interface KeystoreVerdict {
  readonly image: Buffer;
  /** What becomes of keystore.next. */
  readonly next: 'absent' | 'roll-forward' | 'discard';
}

/**
 * Finds the keystore that the ledger names. Changes nothing.
 * @throws Failure 'keystore-damaged' | 'keystore-foreign'
 */
export const matchKeystore = async (
  storage: Storage,
  named: string | null,
): Promise<KeystoreVerdict> => {
  const current = await storage.read(vaultFiles.keystore);
  const next = await storage.read(vaultFiles.keystoreNext);
  if (current !== null && sha256(current) === named)
    return { image: current, next: next === null ? 'absent' : 'discard' };
  if (next !== null && sha256(next) === named) return { image: next, next: 'roll-forward' };
  throw current === null || current.length === 0 ? lost(current === null) : foreign();
};

/** Records what is being repaired, then repairs it. */
export const recover = async (
  storage: Storage,
  ledger: Ledger,
  { image, next }: KeystoreVerdict,
): Promise<void> => {
  await ledger.append(nextRecords(next, ledger.facts.keystore));
  if (next === 'roll-forward') await installNext(storage, image, { purge: true });
  if (next === 'discard') {
    await storage.remove(vaultFiles.keystoreNext);
    await storage.syncFolder();
  }
};

/** Writes the snapshot that a record is about to name; its name is durable too. */
export const writeNext = async (storage: Storage, image: Buffer): Promise<void> => {
  await storage.writeSynced(vaultFiles.keystoreNext, image);
  await storage.syncFolder();
};

/**
 * Puts the snapshot that the ledger names in its place. With `purge` the old generation is first
 * overwritten where it lies, because a rename would leave its bytes on the disk.
 */
export const installNext = async (
  storage: Storage,
  image: Buffer,
  { purge }: { readonly purge: boolean },
): Promise<void> => {
  if (purge && (await storage.read(vaultFiles.keystore)) !== null)
    await storage.overwriteSynced(vaultFiles.keystore, image);
  await storage.rename(vaultFiles.keystoreNext, vaultFiles.keystore);
  await storage.syncFolder();
};

const nextRecords = (next: KeystoreVerdict['next'], named: string | null): NewRecord[] => {
  if (next === 'absent') return [];
  const action = next === 'roll-forward' ? vaultActions.rollForward : vaultActions.discard;
  const details = next === 'roll-forward' ? { sha256: named } : {};
  return [{ action, subject: {}, outcome: 'ok', details }];
};

const nothingChanged = 'Nothing in the vault was changed.';

const lost = (isMissing: boolean): Failure =>
  new Failure('keystore-damaged', `The keystore is ${isMissing ? 'missing' : 'empty'}.`, {
    unharmed: nothingChanged,
    next: 'Restore the vault from a copy.',
  });

const foreign = (): Failure =>
  new Failure('keystore-foreign', 'The keystore does not belong to this ledger.', {
    unharmed: nothingChanged,
    next: 'It was changed or exchanged outside Claviger. Restore the whole vault from a copy.',
  });
