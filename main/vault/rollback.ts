import * as words from '../../shared/messages/ledger/rollback.ts';
import { type Checkpoint, type CheckpointKey, openCheckpoint } from '../pki/index.ts';
import type { EpochHead } from '../ledger/index.ts';

/*
 * Whether a vault's folder is older than what was signed of it: a pure decision over the ledger,
 * the checkpoints in its folder and the anchors in its token (docs/ledger.md, "Rollback").
 */

/** What the folder says about itself. */
export interface LedgerView {
  readonly vaultId: string;
  readonly epoch: number;
  readonly size: number;
  /** Merkle root (hex) over the first records; null where there are not so many. */
  readonly rootAt: (size: number) => string | null;
  /** The head that was accepted when this epoch began, and the anchors that the token held then. */
  readonly accepted: EpochHead | null;
  readonly acceptedNotes: readonly string[];
  /** True for a ledger from before ledgers were signed from their first record on. */
  readonly isOlder: boolean;
  readonly sawCheckpoint: boolean;
  readonly sawAnchor: boolean;
  /** False where the last session did not end with a lock. */
  readonly wasLocked: boolean;
  /** The number of the record of that lock; null where there is none. */
  readonly lastLock: number | null;
}

export interface Witnesses {
  readonly key: CheckpointKey;
  /** Notes from the vault's folder. */
  readonly checkpoints: readonly string[];
  /** Notes from the token. */
  readonly anchors: readonly string[];
  /** True where this token never held the vault's anchor: another one with the same keys. */
  readonly isTwin: boolean;
  /** The newest head that was verified on this computer; null where it knows none. */
  readonly seen: EpochHead | null;
}

export type RollbackFindingKind =
  | 'rollback'
  | 'edited'
  | 'fork'
  | 'anchor-missing'
  | 'anchor-foreign'
  | 'checkpoint-missing'
  | 'checkpoint-foreign'
  | 'epoch-unsigned'
  | 'epoch-new'
  | 'ledger-unsigned'
  | 'not-ours'
  | 'lock-unsigned'
  | 'no-lock';

export interface RollbackFinding {
  readonly kind: RollbackFindingKind;
  /** A sentence. */
  readonly problem: string;
  /** True where the vault may only be viewed until somebody accepts it. */
  readonly blocks: boolean;
}

export interface RollbackVerdict {
  readonly findings: readonly RollbackFinding[];
  readonly isRolledBack: boolean;
  /** The largest anchor and the largest checkpoint of the folder that our key signed. */
  readonly anchor: Checkpoint | null;
  readonly checkpoint: Checkpoint | null;
}

export const compareHeads = (ledger: LedgerView, witnesses: Witnesses): RollbackVerdict => {
  const anchors = sorted(ledger, witnesses, witnesses.anchors);
  const checkpoints = sorted(ledger, witnesses, witnesses.checkpoints);
  const open = anchors.ours.filter(({ note }) => !ledger.acceptedNotes.includes(note));
  const anchor = open[0] ?? anchors.ours[0] ?? null;
  const checkpoint = checkpoints.ours.find(({ epoch }) => epoch === ledger.epoch) ?? null;
  const findings = [
    ...strangers('anchor', anchors.foreign),
    ...strangers('checkpoint', checkpoints.foreign),
    ...forks(open),
    ...(anchor === null ? [] : againstAnchor(ledger, anchor)),
    ...otherAnchors(ledger, open),
    ...againstCheckpoints(ledger, checkpoints.ours),
    ...missing(ledger, witnesses, anchor, checkpoint),
    ...(ledger.wasLocked ? unsignedLock(ledger, anchor, checkpoint) : [noLock]),
  ];
  // What the token or the folder shows is not reported twice.
  if (!findings.some(({ blocks }) => blocks)) findings.push(...againstSeen(ledger, witnesses.seen));
  return { findings, isRolledBack: findings.some(({ blocks }) => blocks), anchor, checkpoint };
};

interface Sorted {
  /** Largest first. */
  readonly ours: readonly Checkpoint[];
  readonly foreign: number;
}

const sorted = ({ vaultId }: LedgerView, { key }: Witnesses, notes: readonly string[]): Sorted => {
  const opened = notes.map((note) => openCheckpoint(note, key, vaultId));
  const ours = opened.filter((each) => each !== null).toSorted(newestFirst);
  return { ours, foreign: notes.length - ours.length };
};

const newestFirst = (a: Checkpoint, b: Checkpoint): number => b.epoch - a.epoch || b.size - a.size;

const strangers = (what: 'anchor' | 'checkpoint', count: number): RollbackFinding[] => {
  if (count === 0) return [];
  const problem = what === 'anchor' ? words.anchorForeign : words.checkpointForeign;
  return [{ kind: `${what}-foreign`, problem, blocks: false }];
};

const forks = (anchors: readonly Checkpoint[]): RollbackFinding[] =>
  anchors.some(
    (one, at) =>
      newestFirst(one, anchors[at + 1] ?? one) === 0 && one.root !== (anchors[at + 1] ?? one).root,
  )
    ? [blocking('fork', words.forked)]
    : [];

const blocking = (kind: RollbackFindingKind, problem: string): RollbackFinding => ({
  kind,
  problem,
  blocks: true,
});

const againstAnchor = (ledger: LedgerView, anchor: Checkpoint): RollbackFinding[] => {
  if (anchor.epoch === ledger.epoch) return compare(ledger, anchor, 'in the token');
  if (anchor.epoch > ledger.epoch) return [olderEpoch(ledger, anchor, 'in the token')];
  const { accepted, acceptedNotes } = ledger;
  const isAccepted =
    acceptedNotes.includes(anchor.note) ||
    (accepted?.epoch === anchor.epoch &&
      accepted.size === anchor.size &&
      accepted.root === anchor.root);
  return isAccepted ? [] : [blocking('rollback', words.epochNotFromAnchor)];
};

/** A smaller anchor that does not match this ledger was signed for another one. */
const otherAnchors = (ledger: LedgerView, anchors: readonly Checkpoint[]): RollbackFinding[] =>
  anchors
    .slice(1)
    .filter(({ epoch, size }) => epoch === ledger.epoch && size <= ledger.size)
    .flatMap((anchor) => compare(ledger, anchor, 'in the token'))
    .slice(0, 1);

const againstSeen = (ledger: LedgerView, seen: EpochHead | null): RollbackFinding[] => {
  if (seen === null) return [];
  if (seen.epoch > ledger.epoch) return [olderEpoch(ledger, seen, 'on this computer')];
  if (seen.epoch === ledger.epoch) return compare(ledger, seen, 'on this computer');
  const problem = words.epochNew(ledger.epoch, seen.epoch);
  return [{ kind: 'epoch-new', problem, blocks: false }];
};

const againstCheckpoints = (
  ledger: LedgerView,
  checkpoints: readonly Checkpoint[],
): RollbackFinding[] => {
  const findings = checkpoints.flatMap((checkpoint) => {
    if (checkpoint.epoch > ledger.epoch) return [olderEpoch(ledger, checkpoint, 'in the folder')];
    return checkpoint.epoch === ledger.epoch ? compare(ledger, checkpoint, 'in the folder') : [];
  });
  return findings.slice(0, 1);
};

const compare = (
  ledger: LedgerView,
  signed: EpochHead,
  where: words.CheckpointPlace,
): RollbackFinding[] => {
  const root = ledger.rootAt(signed.size);
  if (root === null)
    return [blocking('rollback', words.recordsMissing(ledger.size, signed.size, where))];
  if (root === signed.root) return [];
  const problem = words.recordsChanged(signed.size, where);
  return [blocking('edited', problem)];
};

const olderEpoch = (
  ledger: LedgerView,
  signed: EpochHead,
  where: words.CheckpointPlace,
): RollbackFinding => blocking('rollback', words.epochOlder(ledger.epoch, signed.epoch, where));

const missing = (
  ledger: LedgerView,
  { isTwin }: Witnesses,
  anchor: Checkpoint | null,
  checkpoint: Checkpoint | null,
): RollbackFinding[] => {
  const isAnchored = anchor?.epoch === ledger.epoch;
  const findings: RollbackFinding[] = [];
  if (anchor === null && ledger.sawAnchor)
    findings.push({
      kind: 'anchor-missing',
      problem: words.anchorMissing,
      blocks: !isTwin,
    });
  if (!ledger.isOlder && checkpoint === null && !isAnchored)
    findings.push(blocking('ledger-unsigned', words.ledgerUnsigned));
  if (checkpoint === null && ledger.sawCheckpoint)
    findings.push({
      kind: 'checkpoint-missing',
      problem: words.checkpointMissing,
      blocks: !isAnchored,
    });
  if (ledger.epoch > 1 && checkpoint === null && !isAnchored)
    findings.push(blocking('epoch-unsigned', words.epochUnsigned(ledger.epoch)));
  return findings;
};

/** Each lock is signed, unless the token was not responding. */
const unsignedLock = (
  { epoch, lastLock }: LedgerView,
  anchor: Checkpoint | null,
  checkpoint: Checkpoint | null,
): RollbackFinding[] => {
  const anchored = anchor?.epoch === epoch ? anchor.size : 0;
  const signed = Math.max(anchored, checkpoint?.size ?? 0);
  if (lastLock === null || signed >= lastLock) return [];
  const problem = words.lockUnsigned(signed + 1);
  return [{ kind: 'lock-unsigned', problem, blocks: false }];
};

const noLock: RollbackFinding = {
  kind: 'no-lock',
  problem: words.noLock,
  blocks: false,
};
