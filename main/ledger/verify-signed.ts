import * as words from '../../shared/messages/ledger/verification.ts';
import { type Checkpoint, openCheckpoint } from '../pki/index.ts';
import type { StoreReader } from '../store/index.ts';
import { CheckpointBook } from './checkpoint-book.ts';
import type { Findings } from './findings.ts';
import { readHashes } from './hashes.ts';
import { readLines } from './lines.ts';
import { leafHash, type MerkleTree } from './merkle.ts';
import type { LedgerScan } from './scan.ts';

/** What of a ledger is signed. */
export interface SignedPart {
  /** How many records the newest sound checkpoint covers; 0 where there is none. */
  readonly signed: number;
  /** How many checkpoints of this epoch were compared. */
  readonly checkpoints: number;
}

/**
 * Compares the ledger with every checkpoint in its folder, and says which record was changed:
 * exactly, where the kept hashes are those that were signed; otherwise between which checkpoints.
 */
export const checkSigned = async (
  findings: Findings,
  store: StoreReader,
  scan: LedgerScan,
): Promise<SignedPart> => {
  const { checkpointKey: key, vaultId, epoch, sawCheckpoint, isOlder } = scan.facts;
  const { all, candidates } = await CheckpointBook.open(store);
  const notes = [...new Set([...all.map(({ note }) => note), ...candidates])];
  if (key === null || vaultId === null) {
    findings.damage(noKey);
    return { signed: 0, checkpoints: 0 };
  }
  const opened = notes.map((note) => openCheckpoint(note, key, vaultId));
  tellForeign(findings, opened.filter((each) => each === null).length);
  const ours = opened
    .filter((each) => each?.epoch === epoch)
    .filter((each) => each !== null)
    .toSorted((a, b) => a.size - b.size);
  const isSound = ({ size, root }: Checkpoint): boolean =>
    size <= scan.tree.size && scan.tree.root(size).toString('hex') === root;
  const broken = ours.filter((checkpoint) => !isSound(checkpoint));
  const signed = ours.findLast(isSound)?.size ?? 0;
  if (broken.length > 0) await locate(findings, store, scan, { broken, signed });
  if (ours.length === 0 && (sawCheckpoint || !isOlder))
    findings.damage({ ...nowhere, problem: words.checkpointsMissing });
  return { signed, checkpoints: ours.length };
};

const noKey = {
  record: 1,
  byte: 0,
  problem: words.noSigningKey,
} as const;
const nowhere = { record: null, byte: null } as const;

const tellForeign = (findings: Findings, count: number): void => {
  if (count === 0) return;
  findings.damage({ ...nowhere, problem: words.checkpointsNotOurs(count) });
};

interface Broken {
  /** Checkpoints that the ledger does not fit, smallest first. */
  readonly broken: readonly Checkpoint[];
  readonly signed: number;
}

const locate = async (
  findings: Findings,
  store: StoreReader,
  scan: LedgerScan,
  { broken, signed }: Broken,
): Promise<void> => {
  for (const checkpoint of broken.toReversed()) {
    const kept = await readHashes(store, checkpoint);
    if (kept === null) continue;
    await compareLines(findings, store, kept);
    return;
  }
  const [first] = broken;
  if (first === undefined) return;
  if (first.size > scan.tree.size)
    findings.damage({
      record: scan.tree.size + 1,
      byte: scan.bytes,
      problem: words.endsEarly(scan.tree.size, first.size),
    });
  else
    findings.damage({
      ...nowhere,
      problem: words.someChanged(signed + 1, first.size),
    });
};

/** Finds the first line that differs from what was signed, and what has happened to it. */
const compareLines = async (
  findings: Findings,
  store: StoreReader,
  kept: MerkleTree,
): Promise<void> => {
  const lines: { readonly hash: Buffer; readonly offset: number }[] = [];
  let end = 0;
  await readLines(store, { from: 0 }, (line, offset) => {
    lines.push({ hash: leafHash(line), offset });
    end = offset + line.length + 1;
  });
  const leafAt = (index: number): Buffer | null => (index < kept.size ? kept.leaf(index) : null);
  const differs = (index: number): boolean => {
    const leaf = leafAt(index);
    return leaf !== null && lines[index]?.hash.equals(leaf) !== true;
  };
  let index = 0;
  while (index < kept.size && !differs(index)) index += 1;
  const byte = lines[index]?.offset ?? end;
  const found = lines[index]?.hash ?? null;
  const change = changeAt(found, lines[index + 1]?.hash ?? null, leafAt, index);
  findings.damage({
    record: index + 1,
    byte,
    problem: words.changes[change](index + 1, kept.size),
  });
  if (change !== 'edited') return;
  for (let at = index + 1; at < kept.size; at += 1)
    if (differs(at))
      findings.damage({
        record: at + 1,
        byte: lines[at]?.offset ?? end,
        problem: words.changes.edited(at + 1),
      });
};

type Change = keyof typeof words.changes;

const changeAt = (
  found: Buffer | null,
  following: Buffer | null,
  leafAt: (index: number) => Buffer | null,
  index: number,
): Change => {
  const is = (hash: Buffer | null, at: number): boolean => {
    const leaf = leafAt(at);
    return hash !== null && leaf !== null && hash.equals(leaf);
  };
  if (found === null) return 'cut';
  if (is(found, index + 1)) return is(following, index) ? 'moved' : 'removed';
  return is(following, index) ? 'inserted' : 'edited';
};
