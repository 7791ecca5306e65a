import { notFromAnchor } from '../../shared/messages/ledger/rollback.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Ledger } from '../ledger/index.ts';
import { type Checkpoint, type CheckpointKey, openCheckpoint } from '../pki/index.ts';
import { rolledBack } from './restriction.ts';

/*
 * What the anchors in the token mean for an open ledger. Several programs may use one token, so
 * they are read again before each signature.
 */

/** Why nothing may be signed; null if every anchor matches this ledger, or is of an older epoch. */
export const whyNotToSign = (
  ledger: Ledger,
  key: CheckpointKey,
  anchors: readonly string[],
): Failure | null => {
  const { epoch, acceptedNotes } = ledger.facts;
  const ours = openedAnchors(ledger, key, anchors);
  const isOff = (anchor: Checkpoint): boolean =>
    anchor.epoch > epoch || (anchor.epoch === epoch && !liesOn(ledger, anchor));
  const off = ours.find((each) => !acceptedNotes.includes(each.note) && isOff(each));
  if (off === undefined) return null;
  const problem = notFromAnchor(off.size, off.epoch);
  return rolledBack([{ kind: 'fork', problem, blocks: true }]);
};

/** The anchors that a newer one replaces. The others are proof of a fork and are kept. */
export const supersededAnchors = (
  ledger: Ledger,
  key: CheckpointKey,
  anchors: readonly string[],
  newest: Checkpoint,
): string[] => {
  const { epoch, acceptedNotes } = ledger.facts;
  return openedAnchors(ledger, key, anchors)
    .filter(
      (each) =>
        acceptedNotes.includes(each.note) ||
        (each.epoch === epoch && each.size < newest.size && liesOn(ledger, each)),
    )
    .map(({ note }) => note);
};

const openedAnchors = (
  { facts: { vaultId } }: Ledger,
  key: CheckpointKey,
  anchors: readonly string[],
): Checkpoint[] =>
  vaultId === null
    ? []
    : anchors.map((note) => openCheckpoint(note, key, vaultId)).filter((opened) => opened !== null);

const liesOn = ({ tree }: Ledger, { size, root }: Checkpoint): boolean =>
  size <= tree.size && tree.root(size).toString('hex') === root;
