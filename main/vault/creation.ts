import {
  creationInterrupted,
  ledgerMissing,
  noVaultInFolder,
} from '../../shared/messages/failures/vault.ts';
import { Keystore, migrations as allMigrations } from '../keystore/index.ts';
import {
  encodeRecord,
  LEDGER_FORM,
  type NewRecord,
  type Stamp,
  stampRecord,
  vaultActions,
} from '../ledger/index.ts';
import type { Store, StoreReader } from '../store/index.ts';
import { sha256 } from '../system/index.ts';
import { signFirst } from './first-checkpoint.ts';
import type { VaultContext, VaultCreation } from './vault-context.ts';

/** @throws Failure 'vault-not-found' | 'ledger-damaged' */
export const refuseNoVault = async (store: StoreReader): Promise<void> => {
  const state = await store.state();
  if (state === 'vault' || state === 'between-epochs') return;
  if (state === 'no-ledger') throw ledgerMissing();
  const wasBegun = state === 'begun';
  throw wasBegun ? creationInterrupted() : noVaultInFolder();
};

/** Writes a new vault, whose first record is signed before it is in force. */
export const writeNewVault = async (
  store: Store,
  stamp: Stamp,
  creation: VaultCreation,
  context: VaultContext,
): Promise<void> => {
  const image = firstImage(creation, context);
  const line = encodeRecord({ seq: 1, ...stampRecord(stamp, firstRecord(creation, image)) });
  const origin = { vaultId: creation.vaultId, epoch: 1 };
  await store.create({
    ...{ image, line, beside: creation.beside ?? [] },
    sign: async () => (await signFirst(line, origin, creation)).note,
  });
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
