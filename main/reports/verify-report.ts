import { createPublicKey } from 'node:crypto';
import * as v from 'valibot';
import type { CheckpointKey } from '../ledger/checkpoint.ts';
import { fingerprintOf } from '../ledger/note.ts';
import { jsonFault } from '../ledger/json-fault.ts';
import { firstDifference } from '../ledger/record.ts';
import { sha256 } from '../vault/sha256.ts';
import { encodeReport, reportSchema, type ReportDocument } from './report.ts';
import { checkConsistency, checkRecords } from './verify/check-records.ts';
import { checkCheckpoints, checkKey, checkTimestamps } from './verify/check-signed.ts';
import { checkCounts, checkFilter, checkStatement } from './verify/check-statement.ts';
import { recordAround } from './verify/place.ts';
import { renderingOf, renderingWords } from './verify/rendering.ts';
import { check, openReport, unless, type OpenedReport, type ReportCheck } from './verify/check.ts';

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
  else checks.push(...checkAll(openReport(report, Buffer.from(bytes), key), options));
  return {
    genuine: checks.every(({ ok }) => ok),
    checks,
    sha256: hash,
    fingerprint: key && fingerprintOf(key.spki),
    report,
  };
};

const checkAll = (opened: OpenedReport, { previous, fingerprint }: VerifyReport): ReportCheck[] => [
  checkKey(opened, fingerprint),
  checkCheckpoints(opened),
  ...checkRecords(opened),
  checkConsistency(opened),
  checkStatement(opened),
  checkCounts(opened),
  checkFilter(opened),
  ...checkTimestamps(opened),
  ...(previous === undefined ? [] : [checkPrevious(opened.report, previous)]),
];

const readReport = (file: Uint8Array): { report: ReportDocument | null; check: ReportCheck } => {
  const no = (words: string): { report: null; check: ReportCheck } => ({
    report: null,
    check: { name: 'form', ok: false, words },
  });
  const bytes = Buffer.from(file);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return no(notJson(bytes));
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
  if (!again.equals(bytes)) {
    const at = firstDifference(again, bytes);
    return no(`The file is not written the way a report is, from ${placeOf(bytes, at)} on.`);
  }
  const words = 'The file is a report of format 1, written as the program writes it.';
  return { report, check: { name: 'form', ok: true, words } };
};

const notJson = (bytes: Buffer): string => {
  const rendering = renderingOf(bytes);
  if (rendering !== null) return `The file is ${renderingWords(rendering)}.`;
  return `The file is not JSON, from ${placeOf(bytes, jsonFault(bytes.toString('utf8')))} on.`;
};

const placeOf = (bytes: Buffer, at: number): string => {
  const record = recordAround(bytes, at);
  return record === null ? `byte ${at}` : `byte ${at}, in record ${record},`;
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
