import * as v from 'valibot';
import { leafHash } from '../../ledger/merkle.ts';
import { isConsistent, rootOfSharedInclusion } from '../../ledger/proofs.ts';
import type { ReportDocument, ReportRecord } from '../report.ts';
import { check, unless, type OpenedReport, type ReportCheck } from './check.ts';

export const checkRecords = (opened: OpenedReport): ReportCheck[] => {
  const { report, first, records, exported } = opened;
  const all = [report.evidence.first, ...report.records, report.evidence.export];
  const bad = all[[first, ...records, exported].indexOf(null)];
  if (bad !== undefined) {
    const words = `What stands for record ${bad.seq} is not that record.`;
    return [{ name: 'records', ok: false, words }];
  }
  const rising = report.records.every(({ seq }, at) => seq > (report.records[at - 1]?.seq ?? 0));
  return [
    check(
      'records',
      unless(rising, 'The records are not in their order.'),
      'Every line is a record, in order.',
    ),
    checkFirst(opened),
    checkInclusion(report, all),
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
      ...unless(first?.seq === 1 && named !== null, 'The first record is not there.'),
      ...unless(
        named?.details.checkpointKey.spki === Buffer.from(key.spki).toString('base64'),
        'The first record of the ledger names another key.',
      ),
      ...unless(
        named?.subject.vault === vault.id && named.details.epoch === vault.epoch,
        'The first record is that of another vault or epoch.',
      ),
      ...unless(first?.time === vault.created, 'The ledger began at another time.'),
    ],
    'The first record of the ledger names this key.',
  );
};

const checkInclusion = (report: ReportDocument, all: readonly ReportRecord[]): ReportCheck => {
  const { closing } = report.checkpoints;
  const lines = new Map<number, string>();
  const doubled = all.some(({ seq, line }) => {
    const known = lines.get(seq);
    lines.set(seq, line);
    return known !== undefined && known !== line;
  });
  const leaves = [...lines]
    .toSorted(([a], [b]) => a - b)
    .map(([seq, line]) => ({ index: seq - 1, hash: leafHash(Buffer.from(line)) }));
  const root = rootOfSharedInclusion(closing.size, leaves, bytesOf(report.inclusion));
  const proved = !doubled && root !== null && Buffer.from(root).toString('hex') === closing.root;
  const fault = 'The records are not those that the closing checkpoint covers.';
  const words = `All ${report.records.length} records are covered by the closing checkpoint, unchanged and in their places.`;
  return check('inclusion', unless(proved, fault), words);
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
        'The closing checkpoint does not go on from the opening one.',
      ),
      ...unless(
        opening === null || opening.size < range.first,
        'The opening checkpoint is not before the range.',
      ),
      ...unless(
        previous === null
          ? consistency.fromPrevious === null
          : leadsTo(previous, closing, consistency.fromPrevious),
        'The ledger does not go on from the report before.',
      ),
    ],
    previous === null
      ? 'The ledger only grew; no report came before in this epoch.'
      : `The ledger only grew, also since the report of ${previous.made}.`,
  );
};
