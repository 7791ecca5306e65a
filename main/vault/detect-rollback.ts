import type { EpochHead, Ledger } from '../ledger/index.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import { compareHeads, type RollbackVerdict, type Witnesses } from './rollback.ts';

/** What the vault's own folder cannot know. */
export type Outside = Pick<Witnesses, 'anchors' | 'isTwin'> & {
  readonly seen: EpochHead | null;
};

/** Compares an open ledger with what was signed of it. */
export const detectRollback = (
  { facts, claims, tree, head: { size } }: Ledger,
  { origin, key, candidates }: CheckpointKeeper,
  outside: Outside,
): RollbackVerdict => {
  const { accepted, acceptedNotes, isOlder } = facts;
  const rootAt = (at: number): string | null =>
    at > tree.size ? null : tree.root(at).toString('hex');
  return compareHeads(
    {
      ...origin,
      ...{ size, rootAt, accepted, acceptedNotes, isOlder },
      // A claim that can only cause a warning need not be proved.
      sawCheckpoint: claims.sawCheckpoint,
      sawAnchor: claims.sawAnchor,
      wasLocked: !claims.isOpen,
      lastLock: claims.lastLock,
    },
    { key, checkpoints: candidates, ...outside },
  );
};
