import { vaultNotOpened } from '../../shared/messages/failures/disk.ts';
import { Keystore, type Migration, migrations as allMigrations } from '../keystore/index.ts';
import { Ledger } from '../ledger/index.ts';
import type { Store, StoreReader } from '../store/index.ts';
import { orFailure, sha256 } from '../system/index.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import { Committer } from './committer.ts';
import { matchKeystore } from './recovery.ts';
import type { Identity, VaultContext } from './vault-context.ts';

interface Opening {
  readonly store: Store;
  readonly identity: Identity;
  readonly context: VaultContext;
}

/** What an open vault consists of. */
export interface VaultParts extends Opening {
  readonly ledger: Ledger;
  /** While locked: what the folder says. After unlock: what is signed or was written in a session. */
  readonly keystore: Keystore;
  readonly keeper: CheckpointKeeper;
  readonly committer: Committer;
  /** SHA-256 (hex) of the keystore's image. */
  readonly image: string;
  /** Steps of the keystore's form that were taken in memory only. */
  readonly pending: readonly Migration[];
}

/**
 * Reads a vault for viewing: nothing is written, and only what is signed is believed (docs/ledger.md, "Opening").
 * @throws Failure 'ledger-damaged' | 'keystore-damaged' | 'keystore-foreign' | the disk's refusal
 */
export const openParts = (opening: Opening): Promise<VaultParts> =>
  orFailure(vaultNotOpened, open(opening));

const open = async (opening: Opening): Promise<VaultParts> => {
  const { store, identity, context } = opening;
  const ledger = await Ledger.open(store, identity);
  const keeper = await CheckpointKeeper.open(store, ledger, context.clock);
  const image = await imageToShow(store, ledger);
  const { keystore, pending } = loadKeystore(context, image);
  const committer = new Committer({ store, ledger, keystore, keeper });
  return { ...opening, ledger, keystore, keeper, committer, pending, image: sha256(image) };
};

/** The keystore that the newest record names, or else the one that is signed. */
const imageToShow = async (store: StoreReader, { claims, facts }: Ledger): Promise<Buffer> => {
  try {
    return (await matchKeystore(store, claims.keystore)).image;
  } catch (error) {
    if (claims.keystore === facts.keystore || facts.keystore === null) throw error;
    return (await matchKeystore(store, facts.keystore)).image;
  }
};

/** An older form is brought up to date in memory; unlocking commits that. */
export const loadKeystore = (
  context: VaultContext,
  image: Buffer,
): { readonly keystore: Keystore; readonly pending: readonly Migration[] } => {
  const loaded = Keystore.load(context.sqlJs, image, context.migrations ?? allMigrations);
  if (loaded.pending.length === 0) return loaded;
  const draft = loaded.keystore.draft();
  draft.migrate(loaded.pending);
  loaded.keystore.adopt(draft);
  return loaded;
};
