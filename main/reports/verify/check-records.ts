import * as words from '../../../shared/messages/reports/verification.ts';
import * as v from 'valibot';
import { isConsistent, leafHash, parseLine, rootOfSharedInclusion } from '../../ledger/index.ts';
import type { ReportRecord } from '../report.ts';
import {
  allRecords,
  check,
  isRecord,
  unless,
  type OpenedReport,
  type ReportCheck,
} from './check.ts';
import { byteInLine, byteOfLine } from './place.ts';

export const checkRecords = (opened: OpenedReport): ReportCheck[] => {
  const { report, bytes } = opened;
  const all = allRecords(report);
  const bad = all.find((each) => !isRecord(each));
  if (bad !== undefined) {
    return [{ name: 'records', ok: false, words: badWords(bytes, bad) }];
  }
  const rising = report.records.every(({ seq }, at) => seq > (report.records[at - 1]?.seq ?? 0));
  return [
    check('records', unless(rising, words.records.disordered), words.records.ok),
    checkFirst(opened),
    checkInclusion(opened, all),
  ];
};

const firstSchema = v.object({
  subject: v.object({ vault: v.string() }),
  details: v.object({
    epoch: v.optional(v.number(), 1),
    checkpointKey: v.object({ spki: v.string() }),
  }),
});

const checkFirst = ({ report, key, first }: OpenedReport): ReportCheck => {
  const parsed = v.safeParse(firstSchema, first);
  const { vault } = report.statement;
  const named = parsed.success ? parsed.output : null;
  return check(
    'first record',
    [
      ...unless(first?.seq === 1 && named !== null, words.records.first.missing),
      ...unless(
        named?.details.checkpointKey.spki === Buffer.from(key.spki).toString('base64'),
        words.records.first.otherKey,
      ),
      ...unless(
        named?.subject.vault === vault.id && named.details.epoch === vault.epoch,
        words.records.first.otherVault,
      ),
      ...unless(first?.time === vault.created, words.records.first.otherTime),
    ],
    words.records.first.ok,
  );
};

const badWords = (bytes: Buffer, { seq, line }: ReportRecord): string => {
  const { fault } = parseLine(Buffer.from(line));
  const byte = byteInLine(bytes, seq, line, fault?.at ?? 0);
  return words.records.notARecord(seq, byte === -1 ? null : byte, fault?.problem ?? null);
};

/**
 * The leaves beside the lines must lead to the signed root, and each line must have its leaf. The
 * second names a record that was changed; where the first fails too, nothing can be named for sure.
 */
const checkInclusion = (
  { report, bytes }: OpenedReport,
  all: readonly ReportRecord[],
): ReportCheck => {
  const { closing } = report.checkpoints;
  const leaves = new Map<number, string>();
  const doubled = all.some(({ seq, leaf }) => {
    const known = leaves.get(seq);
    leaves.set(seq, leaf);
    return known !== undefined && known !== leaf;
  });
  const sorted = [...leaves]
    .toSorted(([a], [b]) => a - b)
    .map(([seq, leaf]) => ({ index: seq - 1, hash: Buffer.from(leaf, 'hex') }));
  const root = rootOfSharedInclusion(closing.size, sorted, bytesOf(report.inclusion));
  const leads = !doubled && root !== null && Buffer.from(root).toString('hex') === closing.root;
  const changed = all.filter(({ leaf, line }) => hashOf(line) !== leaf);
  return check(
    'inclusion',
    [
      ...unless(leads, words.records.inclusion.notCovered),
      ...unless(changed.length === 0, changedWords(bytes, changed)),
    ],
    words.records.inclusion.ok(report.records.length),
  );
};

const hashOf = (line: string): string => leafHash(Buffer.from(line)).toString('hex');

/** So many are named by their numbers. */
const MOST_NAMED = 5;

const changedWords = (bytes: Buffer, changed: readonly ReportRecord[]): string => {
  const numbers = [...new Set(changed.map(({ seq }) => seq))];
  const [first = 0] = numbers;
  const found = byteOfLine(bytes, first);
  const byte = found === -1 ? null : found;
  if (numbers.length === 1) return words.records.inclusion.changedOne(first, byte);
  const named = numbers.slice(0, MOST_NAMED).join(', ');
  return words.records.inclusion.changed(named, numbers.length - MOST_NAMED, byte);
};

const bytesOf = (hashes: readonly string[]): Buffer[] =>
  hashes.map((hash) => Buffer.from(hash, 'hex'));

interface HexHead {
  readonly size: number;
  readonly root: string;
}

const leadsTo = (earlier: HexHead, later: HexHead, proof: readonly string[] | null): boolean =>
  proof !== null &&
  isConsistent(
    { size: earlier.size, root: Buffer.from(earlier.root, 'hex') },
    { size: later.size, root: Buffer.from(later.root, 'hex') },
    bytesOf(proof),
  );

export const checkConsistency = ({ report }: OpenedReport): ReportCheck => {
  const { statement, checkpoints, consistency } = report;
  const { opening, closing } = checkpoints;
  const { previous, range } = statement;
  return check(
    'consistency',
    [
      ...unless(
        opening === null
          ? consistency.fromOpening === null
          : leadsTo(opening, closing, consistency.fromOpening),
        words.records.consistency.notFromOpening,
      ),
      ...unless(
        opening === null || opening.size < range.first,
        words.records.consistency.lateOpening,
      ),
      ...unless(
        previous === null
          ? consistency.fromPrevious === null
          : leadsTo(previous, closing, consistency.fromPrevious),
        words.records.consistency.notFromPrevious,
      ),
    ],
    words.records.consistency.ok(previous?.made ?? null),
  );
};
