import { noKeystoreRecord } from '../../shared/messages/failures/ledger.ts';
import { type Checkpoint, openCheckpoint } from '../pki/index.ts';
import { authenticateTail, readWhole } from '../ledger/index.ts';
import { beginEpoch, type NewEpoch } from './epoch.ts';
import type { LedgerToken } from './ledger-token.ts';
import { loadKeystore, type VaultParts } from './opening.ts';
import { matchKeystore } from './recovery.ts';
import type { FoundSigned } from './unlocking.ts';

/**
 * Accepts a rollback: a new ledger starts. It carries over only a keystore that a record of this
 * vault names, one that is signed or that a session vouches for.
 * @throws Failure 'keystore-foreign' where that keystore is gone: then only a copy helps;
 * 'master-missing' where its master keys were destroyed since
 */
export const acceptRollback = async (
  { store, ledger, keeper, identity, context }: VaultParts,
  token: LedgerToken,
  { verdict, anchors }: FoundSigned,
  reason: string,
): Promise<NewEpoch> => {
  const { key, origin } = keeper;
  const notes = [...keeper.all.map(({ note }) => note), ...keeper.candidates, ...anchors];
  const signed = newestFirst(
    notes.map((note) => openCheckpoint(note, key, origin.vaultId)).filter((each) => each !== null),
  );
  const own = await ownFacts({ store, origin, notes, token });
  const { keystore } = own;
  const { image } = await matchKeystore(store, keystore);
  if (keystore === null) throw noKeystoreRecord();
  // A vault that opens nothing must not make the newer one a rollback.
  const carried = loadKeystore(context, image).keystore;
  try {
    await token.requireMasters(carried.tables);
  } finally {
    carried.close();
  }
  const newest = verdict.anchor ?? verdict.checkpoint;
  return beginEpoch(
    store,
    ledger,
    identity,
    {
      reason,
      accepted:
        newest === null ? null : { epoch: newest.epoch, size: newest.size, root: newest.root },
      note: newest?.note ?? null,
      anchors,
      findings: verdict.findings.map(({ problem }) => problem),
      newestEpoch: signed[0]?.epoch ?? 0,
      keystore,
    },
    token,
  );
};

interface Own extends Pick<VaultParts, 'store'> {
  readonly origin: VaultParts['keeper']['origin'];
  readonly notes: readonly string[];
  readonly token: LedgerToken;
}

/** What the records say that are this vault's own, up to the first one that is not. */
const ownFacts = async ({ store, origin, notes, token }: Own) => {
  const { scan, signed: from } = await readWhole(store, notes);
  const tail = await authenticateTail({
    ...{ store, from, tree: scan.tree, bytes: scan.bytes, signed: from.size },
    openKey: ({ session, sealed }) =>
      token.openSessionKey({ ...origin, session }, Buffer.from(sealed, 'base64')),
    carryOver: false,
  });
  return tail.prefix.facts;
};

const newestFirst = (checkpoints: readonly Checkpoint[]): Checkpoint[] =>
  checkpoints.toSorted((a, b) => b.epoch - a.epoch || b.size - a.size);
