import type { Failure } from '../../shared/failure.ts';
import { Keystore } from '../keystore/keystore.ts';
import type { Migration } from '../keystore/migrate.ts';
import { migrations as allMigrations } from '../keystore/migrations/index.ts';
import { vaultActions } from '../ledger/facts.ts';
import { Ledger } from '../ledger/ledger.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import { Committer } from './committer.ts';
import { completeEpoch } from './epoch.ts';
import { judgeKeystore, recover } from './recovery.ts';
import { rolledBack } from './restriction.ts';
import { orFailure } from './storage-failure.ts';
import type { Storage } from './storage.ts';
import type { Identity, VaultContext } from './vault-context.ts';

interface Opening {
  readonly storage: Storage;
  readonly identity: Identity;
  readonly context: VaultContext;
  /** Gives the lock of the folder back. */
  readonly release: () => Promise<void>;
}

/** What an open vault consists of. */
export interface VaultParts extends Opening {
  readonly ledger: Ledger;
  readonly keystore: Keystore;
  /** Null where the vault's token cannot sign. */
  readonly keeper: CheckpointKeeper | null;
  readonly committer: Committer;
  /** Why the vault can only be looked at; null where it is in order. */
  readonly restriction: Failure | null;
}

/**
 * Brings ledger and keystore to the state that the ledger names, in the order of docs/ledger.md,
 * "Opening". A vault that was rolled back is left as it is.
 * @throws Failure 'ledger-damaged' | 'keystore-damaged' | 'keystore-foreign' | the disk's refusal
 */
export const openParts = (opening: Opening): Promise<VaultParts> =>
  orFailure('The vault cannot be opened', open(opening));

const open = async (opening: Opening): Promise<VaultParts> => {
  const { storage, identity, context } = opening;
  await completeEpoch(storage);
  const ledger = await Ledger.open(storage, identity);
  const verdict = await judgeKeystore(storage, ledger.facts.keystore);
  const known = context.migrations ?? allMigrations;
  const { keystore, pending } = Keystore.load(context.sqlJs, verdict.image, known);
  const keeper = await CheckpointKeeper.open(storage, ledger, context.clock);
  const committer = new Committer({ storage, ledger, keystore, keeper });
  const restriction = ledger.facts.isRolledBack ? rolledBack() : null;
  const parts = { ...opening, ledger, keystore, keeper, committer, restriction };
  if (restriction !== null) return parts;
  try {
    await recover(storage, ledger, verdict);
    if (pending.length > 0) await migrate(committer, pending);
    return parts;
  } catch (error) {
    keystore.close();
    throw error;
  }
};

const migrate = (committer: Committer, pending: readonly Migration[]): Promise<void> => {
  const details = { migrations: pending.map(({ id, name }) => `${id} ${name}`) };
  return committer.commit(
    (draft) => draft.migrate(pending),
    () => ({ action: vaultActions.migrate, subject: {}, outcome: 'ok', details }),
    {},
  );
};
