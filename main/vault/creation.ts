import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { Keystore, migrations as allMigrations } from '../keystore/index.ts';
import {
  CheckpointBook,
  encodeRecord,
  LEDGER_FORM,
  type NewRecord,
  type Stamp,
  stampRecord,
  vaultActions,
} from '../ledger/index.ts';
import { type Storage, vaultFiles } from '../store/index.ts';
import { isErrno, sha256, storageFailure, syncFolder } from '../system/index.ts';
import { isBetweenEpochs } from './epoch.ts';
import { signFirst } from './first-checkpoint.ts';
import { installNext } from './recovery.ts';
import type { VaultContext, VaultCreation } from './vault-context.ts';

/** Makes the folder for its owner only, where there is none. Its parent must exist. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o700 });
    await syncFolder(dirname(resolve(folder)));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    throw storageFailure(error, `The folder ${folder} cannot be made`, {
      next: 'Choose a place that exists and where you may write.',
    });
  }
};

const leftovers: readonly string[] = [
  vaultFiles.ledgerNext,
  vaultFiles.keystoreNext,
  vaultFiles.checkpointNext,
];
const isLock = (name: string): boolean =>
  name === vaultFiles.lock || name.startsWith(`${vaultFiles.lock}.`);

/**
 * A new vault may use an empty folder, or one where creating a vault was interrupted before its
 * first record. `beside` names what may lie there too (an evaluation token).
 * @throws Failure 'vault-exists'
 */
export const refuseUsedFolder = async (
  storage: Storage,
  beside: readonly string[],
): Promise<void> => {
  const names = await storage.list();
  const isVault = names.includes(vaultFiles.ledger) || names.includes(vaultFiles.keystore);
  const strange = names.filter(
    (name) => !leftovers.includes(name) && !beside.includes(name) && !isLock(name),
  );
  if (strange.length === 0) return;
  throw new Failure(
    'vault-exists',
    isVault ? 'There is already a vault in this folder.' : 'The folder is not empty.',
    { unharmed: 'Nothing was changed.', next: 'Choose a new or empty folder.' },
  );
};

/** @throws Failure 'vault-not-found' | 'ledger-damaged' */
export const refuseNoVault = async (storage: Storage): Promise<void> => {
  const names = await storage.list().catch((error: unknown): string[] => {
    if (isErrno(error, 'ENOENT')) return [];
    if (isErrno(error, 'ENOTDIR')) throw noFolder();
    throw error;
  });
  if (names.includes(vaultFiles.ledger) || isBetweenEpochs(names)) return;
  if (names.includes(vaultFiles.keystore))
    throw new Failure('ledger-damaged', 'The ledger is missing.', {
      unharmed: 'Nothing was changed.',
      next: 'Restore the whole vault from a copy.',
    });
  const begun = leftovers.some((name) => names.includes(name));
  throw new Failure(
    'vault-not-found',
    begun ? 'Creating this vault was interrupted.' : 'There is no vault in this folder.',
    { next: begun ? 'Create it again in the same folder.' : 'Choose another folder.' },
  );
};

const noFolder = (): Failure =>
  new Failure('vault-not-found', 'This is a file, not the folder of a vault.', {
    unharmed: 'It was not read.',
    next: 'Name the folder that holds the vault.',
  });

/**
 * Writes a new vault. The first record is signed before it becomes the ledger by a rename: so a
 * ledger that exists holds a record, an empty one is always damage, and none is ever unsigned.
 */
export const writeNewVault = async (
  storage: Storage,
  stamp: Stamp,
  creation: VaultCreation,
  context: VaultContext,
): Promise<void> => {
  const image = firstImage(creation, context);
  const line = encodeRecord({ seq: 1, ...stampRecord(stamp, firstRecord(creation, image)) });
  await storage.writeSynced(vaultFiles.keystoreNext, image);
  await storage.writeSynced(vaultFiles.ledgerNext, line);
  const checkpoint = await signFirst(line, { vaultId: creation.vaultId, epoch: 1 }, creation);
  await storage.writeSynced(vaultFiles.checkpointNext, Buffer.from(checkpoint.note));
  await storage.syncFolder();
  await storage.rename(vaultFiles.ledgerNext, vaultFiles.ledger);
  await storage.syncFolder();
  await installNext(storage, image, { purge: false });
  await (await CheckpointBook.open(storage)).add(checkpoint);
};

const firstRecord = ({ vaultId, details }: VaultCreation, image: Buffer): NewRecord => ({
  action: vaultActions.create,
  subject: { vault: vaultId },
  outcome: 'ok',
  details: { form: LEDGER_FORM, ...details, keystore: sha256(image) },
});

const firstImage = (creation: VaultCreation, context: VaultContext): Buffer => {
  const draft = Keystore.empty(context.sqlJs);
  try {
    draft.migrate(context.migrations ?? allMigrations);
    draft.change((tables) => {
      tables.meta.set('vaultId', creation.vaultId);
      tables.meta.set('created', context.clock.now().toISOString());
      creation.change?.(tables);
    });
    return draft.image();
  } finally {
    draft.close();
  }
};
