import type { Ledger } from '../ledger/ledger.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import { judgeRollback, type RollbackVerdict } from './rollback.ts';

/** Compares an open ledger with what was signed of it. @param anchors null where the token keeps none */
export const judgeLedger = (
  { facts, tree, head: { size } }: Ledger,
  { origin, key, candidates }: CheckpointKeeper,
  anchors: readonly string[] | null,
): RollbackVerdict => {
  const { accepted, sawCheckpoint, sawAnchor, lastLock } = facts;
  const rootAt = (at: number): string | null =>
    at > tree.size ? null : tree.root(at).toString('hex');
  return judgeRollback(
    {
      ...origin,
      size,
      rootAt,
      ...{ accepted, sawCheckpoint, sawAnchor, lastLock, wasLocked: !facts.isOpen },
    },
    { key, checkpoints: candidates, anchors },
  );
};
