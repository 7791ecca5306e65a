import { Failure } from '../../shared/failure.ts';
import type { VaultId } from '../../shared/ids.ts';
import { vaultNotRead } from '../../shared/messages/failures/disk.ts';
import type { ReadTables } from '../keystore/index.ts';
import { type EpochHead, vaultActions } from '../ledger/index.ts';
import type { LedgerHead } from '../pki/index.ts';
import { holderOf, type HolderState, lookAtStore } from '../store/index.ts';
import { orFailure } from '../system/index.ts';
import { refuseNoVault } from './creation.ts';
import { detectRollback } from './detect-rollback.ts';
import { openParts, type VaultParts } from './opening.ts';
import { timeOfRecord } from './record-time.ts';
import type { RollbackFinding } from './rollback.ts';
import { Identity, type VaultContext } from './vault-context.ts';

/** What can be told of a vault without its PIN, its token and its lock. */
export interface VaultStatus {
  readonly id: VaultId;
  readonly head: LedgerHead;
  /** Only while `work` of `withStatus` runs. */
  readonly tables: ReadTables;
  /** A session has started and was not locked. */
  readonly isOpen: boolean;
  /** Who has the vault open now. */
  readonly holder: HolderState;
  /** The newest signed checkpoint, with the time of the newest record that it covers. */
  readonly checkpoint: { readonly size: number; readonly time: string | null } | null;
  /** What shows that the folder is older than, or other than, what was signed. */
  readonly rollback: readonly RollbackFinding[];
  /** An unlock found such a thing, and nobody has accepted it. */
  readonly isReadOnly: boolean;
}

/** The newest head of a vault that this computer knows. */
export type SeenHead = (id: VaultId) => Promise<EpochHead | null>;

/**
 * Looks at a vault, also while another program works with it. Writes nothing, not even a record.
 * @throws Failure 'vault-not-found' | 'ledger-damaged' | 'keystore-damaged' | 'keystore-foreign' | …
 */
export const withStatus = async <T>(
  folder: string,
  context: VaultContext,
  seen: SeenHead,
  work: (status: VaultStatus) => T,
): Promise<T> => {
  for (let known: EpochHead | null | undefined, before = -1; ;) {
    const parts = await openStill(folder, context);
    try {
      // Asked once: what this computer learns later may be of records that were not read yet.
      known = known === undefined ? await seen(parts.keeper.origin.vaultId) : known;
      const rollback = await rollbackOf(parts, known);
      const { size } = parts.ledger.head;
      if (rollback.length === 0 || size === before)
        return work(await statusOf(folder, parts, rollback));
      before = size;
    } finally {
      parts.keystore.close();
    }
  }
};

/** How often it is read again before what is found is believed: another program may be committing. */
const ATTEMPTS = 3;

const openStill = async (folder: string, context: VaultContext): Promise<VaultParts> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await orFailure(vaultNotRead, open(folder, context));
    } catch (error) {
      if (!(error instanceof Failure) || attempt === ATTEMPTS) throw error;
    }
  }
};

const open = async (folder: string, context: VaultContext): Promise<VaultParts> => {
  const store = lookAtStore(folder);
  await refuseNoVault(store);
  return openParts({ store, identity: new Identity(context, null), context });
};

/** No rollback is reported before the ledger itself was read. */
const rollbackOf = async (
  { ledger, keeper }: VaultParts,
  seen: EpochHead | null,
): Promise<RollbackFinding[]> => {
  // Without the token nothing is known of its anchors.
  const outside = { anchors: [], isTwin: true, seen };
  if (detectRollback(ledger, keeper, outside).isRolledBack) await ledger.readAll();
  return detectRollback(ledger, keeper, outside).findings.filter(({ blocks }) => blocks);
};

const statusOf = async (
  folder: string,
  { store, ledger, keystore, keeper }: VaultParts,
  rollback: readonly RollbackFinding[],
): Promise<VaultStatus> => {
  const { newest, origin } = keeper;
  return {
    id: origin.vaultId,
    head: ledger.head,
    tables: keystore.tables,
    isOpen: ledger.claims.isOpen,
    holder: await holderOf(folder),
    checkpoint: newest && {
      size: newest.size,
      time: await timeOfRecord(store, ledger.bytes, newest.size),
    },
    rollback,
    isReadOnly: ledger.lastAction === vaultActions.rollback,
  };
};
