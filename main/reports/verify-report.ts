import { createPublicKey } from 'node:crypto';
import * as v from 'valibot';
import { openCheckpoint, originText, type CheckpointKey } from '../ledger/checkpoint.ts';
import { leafHash } from '../ledger/merkle.ts';
import { fingerprintOf, verifierKey } from '../ledger/note.ts';
import { isConsistent, rootOfSharedInclusion } from '../ledger/proofs.ts';
import { parseLine, type LedgerRecord } from '../ledger/record.ts';
import { sha256 } from '../vault/sha256.ts';
import { fits, isByTimeOnly } from './filter.ts';
import {
  encodeReport,
  reportSchema,
  type ReportCheckpoint,
  type ReportDocument,
  type ReportRecord,
} from './report.ts';
import { isReplyOver } from './timestamps.ts';

/** One thing that was looked at. */
export interface ReportCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, as a sentence. */
  readonly words: string;
}

export interface ReportVerdict {
  readonly genuine: boolean;
  /** In the order in which they were made; the first that fails is the reason. */
  readonly checks: readonly ReportCheck[];
  /** SHA-256 of the file, hex: what CSV and PDF print. */
  readonly sha256: string;
  /** Of the key that signed; null where the file is no report. */
  readonly fingerprint: string | null;
  readonly report: ReportDocument | null;
}

export interface VerifyReport {
  /** The file of the report before this one. */
  readonly previous?: Uint8Array;
  /** The fingerprint that the reader got in another way. */
  readonly fingerprint?: string;
}

/** Verifies a report with nothing but itself: no vault, no token. */
export const verifyReport = (bytes: Uint8Array, options: VerifyReport = {}): ReportVerdict => {
  const checks: ReportCheck[] = [];
  const read = readReport(bytes);
  checks.push(read.check);
  const hash = sha256(bytes);
  if (read.report === null)
    return { genuine: false, checks, sha256: hash, fingerprint: null, report: null };
  const { report } = read;
  const key = keyOf(report);
  if (key === null)
    checks.push({ name: 'key', ok: false, words: 'The public key cannot be read.' });
  else
    checks.push(
      checkKey(report, key, options.fingerprint),
      checkCheckpoints(report, key),
      ...checkRecords(report, key),
      checkConsistency(report),
      checkStatement(report),
      checkCounts(report),
      checkFilter(report),
      ...checkTimestamps(report, key),
      ...(options.previous === undefined ? [] : [checkPrevious(report, options.previous)]),
    );
  return {
    genuine: checks.every(({ ok }) => ok),
    checks,
    sha256: hash,
    fingerprint: key && fingerprintOf(key.spki),
    report,
  };
};

const check = (name: string, faults: readonly string[], words: string): ReportCheck => ({
  name,
  ok: faults.length === 0,
  words: faults[0] ?? words,
});

/** A fault where the condition does not hold. */
const unless = (holds: boolean, fault: string): string[] => (holds ? [] : [fault]);

const readReport = (bytes: Uint8Array): { report: ReportDocument | null; check: ReportCheck } => {
  const no = (words: string): { report: null; check: ReportCheck } => ({
    report: null,
    check: { name: 'form', ok: false, words },
  });
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return no('The file is not JSON.');
  }
  const parsed = v.safeParse(reportSchema, json, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return no(`The file is not a report: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}.`);
  }
  // Doubled names, or two spellings of one value, could show one thing to us and another to others.
  // The schema changes nothing; the document itself keeps the order of its fields, which is hashed.
  const report = json as ReportDocument;
  const again = encodeReport(report);
  if (!again.equals(Buffer.from(bytes))) return no('The file is not written the way a report is.');
  const words = 'The file is a report of format 1, written as the program writes it.';
  return { report, check: { name: 'form', ok: true, words } };
};

const keyOf = (report: ReportDocument): CheckpointKey | null => {
  try {
    const object = createPublicKey(report.key.pem);
    const curve = object.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'p256';
    return { curve, spki: object.export({ type: 'spki', format: 'der' }) };
  } catch {
    return null;
  }
};

const checkKey = (
  { key, statement }: ReportDocument,
  trusted: CheckpointKey,
  fingerprint: string | undefined,
): ReportCheck => {
  const { curve, spki } = trusted;
  const found = fingerprintOf(spki);
  const name = originText({ vaultId: statement.vault.id, epoch: statement.vault.epoch });
  const algorithm = curve === 'ed25519' ? 'Ed25519' : 'ECDSA-P256-SHA256';
  const wanted = fingerprint?.toLowerCase().replaceAll(/[^0-9a-f]/g, '');
  return check(
    'key',
    [
      ...unless(
        wanted === undefined || wanted === found,
        `The key is not the one that you trust: its fingerprint is ${found}.`,
      ),
      ...unless(key.fingerprint === found, 'The fingerprint in the report is not that of its key.'),
      ...unless(key.algorithm === algorithm, 'The report names another kind of key.'),
      ...unless(
        key.vkey === verifierKey({ name, curve, spki }),
        "The report's verifier key is not that of its key.",
      ),
    ],
    wanted === undefined
      ? `Compare this fingerprint with one you got in another way: ${found}`
      : 'The key is the one that you trust.',
  );
};

const checkCheckpoints = (report: ReportDocument, key: CheckpointKey): ReportCheck => {
  const { opening, closing } = report.checkpoints;
  const both = [closing, ...(opening === null ? [] : [opening])];
  const faults = both.flatMap((each) => checkpointFaults(report, key, each));
  const words = `${both.length === 1 ? 'The closing checkpoint is' : 'Both checkpoints are'} signed by the key, for this vault and epoch.`;
  return check('checkpoints', faults, words);
};

const checkpointFaults = (
  { statement: { vault } }: ReportDocument,
  key: CheckpointKey,
  given: ReportCheckpoint,
): string[] => {
  const opened = openCheckpoint(given.note, key, vault.id);
  if (opened === null) return ['A checkpoint is not signed by the key of this report.'];
  const { epoch, size, root, text, signature } = opened;
  return [
    ...unless(epoch === vault.epoch, 'A checkpoint is of another epoch than the report says.'),
    ...unless(
      given.size === size &&
        given.root === root &&
        given.text === text &&
        given.origin === text.split('\n')[0] &&
        given.signature === signature.toString('base64'),
      'The parts of a checkpoint are not those of its signed note.',
    ),
  ];
};

const parsedRecord = ({ seq, line }: ReportRecord): LedgerRecord | null => {
  const { record } = parseLine(Buffer.from(line));
  return record?.seq === seq && !line.includes('\n') ? record : null;
};

const checkRecords = (report: ReportDocument, key: CheckpointKey): ReportCheck[] => {
  const { first, export: exported } = report.evidence;
  const all = [first, ...report.records, exported];
  const bad = all.find((each) => parsedRecord(each) === null);
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
    checkFirst(report, key),
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

const checkFirst = ({ statement, evidence }: ReportDocument, key: CheckpointKey): ReportCheck => {
  const parsed = v.safeParse(firstSchema, parsedRecord(evidence.first));
  const { vault } = statement;
  const named = parsed.success ? parsed.output : null;
  return check(
    'first record',
    [
      ...unless(evidence.first.seq === 1 && named !== null, 'The first record is not there.'),
      ...unless(
        named?.details.checkpointKey.spki === Buffer.from(key.spki).toString('base64'),
        'The first record of the ledger names another key.',
      ),
      ...unless(
        named?.subject.vault === vault.id && named.details.epoch === vault.epoch,
        'The first record is that of another vault or epoch.',
      ),
      ...unless(
        parsedRecord(evidence.first)?.time === vault.created,
        'The ledger began at another time.',
      ),
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

const checkConsistency = ({ statement, checkpoints, consistency }: ReportDocument): ReportCheck => {
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

const exportSchema = v.object({
  action: v.literal('report.export'),
  outcome: v.literal('ok'),
  details: v.object({ statement: v.string() }),
});

const checkStatement = (report: ReportDocument): ReportCheck => {
  const { statement, evidence, records } = report;
  const exported = parsedRecord(evidence.export);
  const parsed = v.safeParse(exportSchema, exported);
  const hash = sha256(Buffer.from(JSON.stringify(statement)));
  const lines = sha256(Buffer.from(records.map(({ line }) => `${line}\n`).join('')));
  return check(
    'statement',
    [
      ...unless(parsed.success, 'The record of the export is not there.'),
      ...unless(
        parsed.success && parsed.output.details.statement === hash,
        'What the report states is not what was recorded when it was made.',
      ),
      ...unless(statement.recordsSha256 === lines, 'The records are not those that were exported.'),
      ...unless(
        evidence.export.seq > statement.range.last,
        'The record of the export is not after the range.',
      ),
      ...unless(
        JSON.stringify(exported?.actor) === JSON.stringify(statement.by),
        'Somebody else made the export.',
      ),
    ],
    `What it states is what was recorded when it was made (record ${evidence.export.seq}).`,
  );
};

const checkCounts = ({ statement, records }: ReportDocument): ReportCheck => {
  const { range, counts } = statement;
  const searched = range.last - range.first + 1;
  const inRange = records.every(({ seq }) => seq >= range.first && seq <= range.last);
  return check(
    'counts',
    [
      ...unless(inRange, 'A record is outside the range.'),
      ...unless(
        counts.searched === searched &&
          counts.included === records.length &&
          counts.omitted === searched - records.length,
        'The counts are not those of the records.',
      ),
    ],
    counts.omitted === 0
      ? `Complete: every record from ${range.first} to ${range.last} is here.`
      : `${counts.included} of ${counts.searched} records; ${counts.omitted} were left out.`,
  );
};

const checkFilter = ({ statement, records }: ReportDocument): ReportCheck => {
  const { filter, counts } = statement;
  const stray = records.find((each) => {
    const record = parsedRecord(each);
    return record === null || !fits(record, filter);
  });
  const isWhole = Object.keys(filter).length === 0;
  return check(
    'filter',
    [
      ...unless(stray === undefined, `Record ${stray?.seq ?? 0} is not what the filter asks for.`),
      ...unless(
        !isWhole || counts.omitted === 0,
        'Nothing was to be left out, but records are missing.',
      ),
    ],
    isByTimeOnly(filter)
      ? 'Nothing but the time was asked for.'
      : 'Every record fits the filter that is stated.',
  );
};

const checkTimestamps = (report: ReportDocument, key: CheckpointKey): ReportCheck[] => {
  const { timestamps, statement, checkpoints } = report;
  if (timestamps.length === 0) return [];
  const faults = timestamps.flatMap(({ size, note, reply }) => {
    const opened = openCheckpoint(note, key, statement.vault.id);
    const sound =
      opened?.size === size &&
      size <= checkpoints.closing.size &&
      isReplyOver(Buffer.from(reply, 'base64'), note);
    return unless(sound, 'A time stamp is not about a checkpoint of this vault.');
  });
  const words = `${timestamps.length} time stamps name checkpoints of this vault; check their signatures with openssl ts.`;
  return [check('time stamps', faults, words)];
};

const checkPrevious = (report: ReportDocument, bytes: Uint8Array): ReportCheck => {
  const before = verifyReport(bytes);
  const { previous, vault } = report.statement;
  const name = 'previous';
  if (before.report === null || !before.genuine)
    return { name, ok: false, words: 'The report before is not genuine itself.' };
  const { closing } = before.report.checkpoints;
  const isSame = before.report.statement.vault.id === vault.id;
  return check(
    name,
    [
      ...unless(isSame, 'The report before is of another vault.'),
      ...unless(
        before.fingerprint === report.key.fingerprint,
        'The report before was signed with another key.',
      ),
      ...unless(
        before.report.statement.vault.epoch === vault.epoch,
        'The report before is of another epoch: a rollback was accepted in between; see the first record.',
      ),
      ...unless(
        previous?.size === closing.size && previous.root === closing.root,
        previous === null
          ? 'This report says that none came before it.'
          : `This is not the report that came right before: that one was made at ${previous.made}.`,
      ),
      ...unless(
        (previous?.sha256 ?? before.sha256) === before.sha256,
        'The report before is not the file that was recorded when it was written.',
      ),
    ],
    'The ledger goes on from the report before: nothing of it was changed or removed.',
  );
};
