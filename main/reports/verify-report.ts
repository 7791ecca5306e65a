import * as words from '../../shared/messages/reports/verification.ts';
import * as v from 'valibot';
import { fingerprintOf, readPem } from '../pki/index.ts';
import { issueWords, hasMoreValues, jsonFault, tooDeepAt } from '../json/index.ts';
import { firstDifference } from '../ledger/index.ts';
import { sha256 } from '../system/index.ts';
import { encodeReport, reportSchema, type AnyReport } from './report.ts';
import { checkRange, isComplete } from './verify/check-range.ts';
import { checkConsistency, checkRecords } from './verify/check-records.ts';
import { checkCheckpoints, checkKey, checkTimestamps } from './verify/check-signed.ts';
import { checkSessions } from './verify/check-session.ts';
import { checkCounts, checkFilter, checkStatement } from './verify/check-statement.ts';
import { MOST_REPORT_BYTES } from './read-report.ts';
import { recordAround } from './verify/place.ts';
import { renderingOf } from './verify/rendering.ts';
import { check, openReport, unless, type OpenedReport, type ReportCheck } from './verify/check.ts';

export interface ReportVerdict {
  readonly genuine: boolean;
  /** In the order in which they were made; the first that fails is the reason. */
  readonly checks: readonly ReportCheck[];
  /** SHA-256 of the file, hex: what CSV and PDF print. */
  readonly sha256: string;
  /** Of the key that signed; null where the file is no report. */
  readonly fingerprint: string | null;
  readonly report: AnyReport | null;
  /** Genuine, and proved to be all that was asked for. */
  readonly complete: boolean;
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
  if (read.report === null) return { ...nothing, checks, sha256: hash };
  const { report } = read;
  const key = readPem(report.key.pem);
  if (key === null) checks.push({ name: 'key', ok: false, words: words.key.none });
  else checks.push(...checkAll(openReport(report, Buffer.from(bytes), key), options));
  const genuine = checks.every(({ ok }) => ok);
  return {
    genuine,
    complete: genuine && isComplete(report),
    checks,
    sha256: hash,
    fingerprint: key && fingerprintOf(key.spki),
    report,
  };
};

/** More would fill the memory before it is known to be a report. */
const MOST_VALUES = 8_000_000;
const WORTH_COUNTING = 32 * 1024 * 1024;

const nothing = { genuine: false, complete: false, fingerprint: null, report: null } as const;

const checkAll = (opened: OpenedReport, { previous, fingerprint }: VerifyReport): ReportCheck[] => [
  checkKey(opened, fingerprint),
  checkCheckpoints(opened),
  ...checkRecords(opened),
  checkConsistency(opened),
  checkStatement(opened),
  checkRange(opened),
  checkCounts(opened),
  checkFilter(opened),
  ...checkSessions(opened),
  ...checkTimestamps(opened),
  ...(previous === undefined ? [] : [checkPrevious(opened.report, previous)]),
];

const readReport = (file: Uint8Array): { report: AnyReport | null; check: ReportCheck } => {
  const no = (problem: string): { report: null; check: ReportCheck } => ({
    report: null,
    check: { name: 'form', ok: false, words: problem },
  });
  const bytes = Buffer.from(file);
  if (bytes.length > MOST_REPORT_BYTES) return no(words.form.tooLarge);
  const text = bytes.toString('utf8');
  if (bytes.length > WORTH_COUNTING && hasMoreValues(text, MOST_VALUES))
    return no(words.form.tooManyValues);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return no(notJson(bytes));
  }
  const parsed = v.safeParse(reportSchema, json, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return no(words.form.notAReport(issueWords(issue, 'the file')));
  }
  // Doubled names, or two spellings of one value, could show one thing to us and another to others.
  // The schema changes nothing; the document itself keeps the order of its fields, which is hashed.
  const report = json as AnyReport;
  const again = encodeReport(report);
  if (!again.equals(bytes)) {
    const at = firstDifference(again, bytes);
    return no(words.form.otherForm(placeOf(bytes, at)));
  }
  return {
    report,
    check: { name: 'form', ok: true, words: words.form.ok(report.format.slice(-1)) },
  };
};

const notJson = (bytes: Buffer): string => {
  const rendering = renderingOf(bytes);
  if (rendering !== null) return words.form.rendering(rendering);
  const text = bytes.toString('utf8');
  const deep = tooDeepAt(text);
  if (deep !== null) return words.form.tooDeep(placeOf(bytes, deep));
  return words.form.notJson(placeOf(bytes, jsonFault(text)));
};

const placeOf = (bytes: Buffer, at: number): string => words.form.byte(at, recordAround(bytes, at));

const checkPrevious = (report: AnyReport, bytes: Uint8Array): ReportCheck => {
  const before = verifyReport(bytes);
  const { previous, vault } = report.statement;
  const name = 'previous';
  if (before.report === null || !before.genuine)
    return { name, ok: false, words: words.previous.notGenuine };
  const { closing } = before.report.checkpoints;
  const isSame = before.report.statement.vault.id === vault.id;
  return check(
    name,
    [
      ...unless(isSame, words.previous.otherVault),
      ...unless(before.fingerprint === report.key.fingerprint, words.previous.otherKey),
      ...unless(before.report.statement.vault.epoch === vault.epoch, words.previous.otherEpoch),
      ...unless(
        previous?.size === closing.size && previous.root === closing.root,
        previous === null ? words.previous.none : words.previous.notLast(previous.made),
      ),
      ...unless((previous?.sha256 ?? before.sha256) === before.sha256, words.previous.otherFile),
    ],
    words.previous.ok,
  );
};
