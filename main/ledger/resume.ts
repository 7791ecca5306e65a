import * as v from 'valibot';
import type { Store, StoreReader } from '../store/index.ts';
import { openCheckpoint } from '../pki/index.ts';
import { LedgerFacts } from './facts.ts';
import { readLines } from './lines.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { inclusionProof, rootOfInclusion } from './proofs.ts';
import { MAX_LINE, parseLine, type LedgerRecord } from './record.ts';
import { readOn } from './read-on.ts';
import { LedgerScan } from './scan.ts';
import type { Prefix } from './signed-prefix.ts';

/** A ledger as it was found. */
export interface ReadLedger {
  /** Its sound lines, whoever wrote them. */
  readonly scan: LedgerScan;
  /** The part that is signed; of a ledger that nothing signs, only its first record is known. */
  readonly signed: Prefix;
  /** Bytes behind the sound lines: an unfinished line, or a line that is none and what follows. */
  readonly rest: number;
  /** Records and bytes that were not read: they are compared in the background. */
  readonly unread: { readonly records: number; readonly bytes: number };
}

/*
 * Opening a large ledger without reading all of it first. A record that sums up what the records
 * before it say is proved under a signed checkpoint; what follows it is read and hashed; the rest
 * is compared with the tree in the background (docs/ledger.md, "Opening").
 */

/** Where the newest summing-up is: a hint, every part of which is proved before it is used. */
const hintSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    record: v.pipe(v.number(), v.safeInteger(), v.minValue(2)),
    byte: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
);
type Hint = v.InferOutput<typeof hintSchema>;

/** Reading fewer records than this is quicker than summing them up. */
export const WORTH_SUMMING_UP = 10_000;

export const writeHint = (store: Store, hint: Hint): Promise<void> =>
  store.cache('summary', Buffer.from(JSON.stringify(hint)));

/** Null if anything does not match: then the whole ledger has to be read. */
export const resumeLedger = async (
  store: StoreReader,
  notes: readonly string[],
): Promise<ReadLedger | null> => {
  const text = await store.cached('summary');
  const parsed = v.safeParse(hintSchema, text?.toString('utf8'));
  if (!parsed.success) return null;
  const hint = parsed.output;
  const first = await lineAt(store, 0);
  const summary = await lineAt(store, hint.byte);
  if (first === null || summary?.record.seq !== hint.record) return null;
  const tree = await treeBefore(store, hint.record - 1);
  const facts = LedgerFacts.fromSummary(first.record, summary.record);
  if (tree === null || facts === null) return null;
  const scan = new LedgerScan(tree, facts, hint.byte);
  const { signed, fault, rest, signedSize } = await readOn(store, scan, notes);
  const leaves = [first, summary].map(({ line, record }) => ({ line, index: record.seq - 1 }));
  if (signed === null || !areSigned(scan, notes, leaves)) return null;
  if (fault !== null && scan.tree.size < signedSize) return null;
  const unread = { records: hint.record - 1, bytes: hint.byte };
  return { scan, signed, rest, unread };
};

interface Line {
  readonly line: Buffer;
  readonly record: LedgerRecord;
}

const lineAt = async (store: StoreReader, offset: number): Promise<Line | null> => {
  const bytes = await store.readAt(offset, MAX_LINE).catch(() => null);
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (bytes === null || end === -1) return null;
  const line = Buffer.from(bytes.subarray(0, end));
  const { record } = parseLine(line);
  return record === null ? null : { line, record };
};

const treeBefore = async (store: StoreReader, size: number): Promise<MerkleTree | null> => {
  const stored = await store.cached('tree');
  return stored === null ? null : MerkleTree.fromStored(stored, size);
};

/** Whether our key signed a tree that holds these lines in their places. */
const areSigned = (
  scan: LedgerScan,
  notes: readonly string[],
  lines: readonly { readonly line: Buffer; readonly index: number }[],
): boolean => {
  const { checkpointKey: key, vaultId, epoch } = scan.facts;
  if (key === null || vaultId === null) return false;
  const needed = Math.max(...lines.map(({ index }) => index)) + 1;
  return notes.some((note) => {
    const signed = openCheckpoint(note, key, vaultId);
    if (signed?.epoch !== epoch || signed.size < needed) return false;
    const { size, root } = signed;
    if (size > scan.tree.size || scan.tree.root(size).toString('hex') !== root) return false;
    return lines.every(({ line, index }) => {
      const proof = inclusionProof(scan.tree, index, size);
      const found = rootOfInclusion(leafHash(line), index, size, proof);
      return found !== null && Buffer.from(found).toString('hex') === root;
    });
  });
};

/**
 * Compares what was not read with the tree that was signed. Stops where `signal` says.
 * @returns the number of the first record that differs; 0 where all of it is as it was signed;
 * null where it was stopped
 */
export const compareUnread = async (
  store: StoreReader,
  kept: Pick<MerkleTree, 'leaf' | 'root'>,
  { records, bytes }: ReadLedger['unread'],
  signal: AbortSignal,
): Promise<number | null> => {
  const again = new MerkleTree();
  let different = 0;
  const range = { from: 0, to: bytes };
  await readLines(store, range, (line) => {
    signal.throwIfAborted();
    const leaf = leafHash(line);
    if (different === 0 && again.size < records && !leaf.equals(kept.leaf(again.size)))
      different = again.size + 1;
    again.append(leaf);
  });
  if (different !== 0) return different;
  const same = again.size === records && again.root().equals(kept.root(records));
  return same ? 0 : Math.min(again.size, records) + 1;
};
