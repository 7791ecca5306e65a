import type { CheckpointKey } from '../../pki/index.ts';
import { type LedgerRecord, parseLine } from '../../ledger/index.ts';
import { type AnyReport, evidenceRecords, type ReportRecord } from '../report.ts';

/** One thing that was checked. */
export interface ReportCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, as a sentence. */
  readonly words: string;
}

/** A report of the right form, its lines read; null where a line is not the record it stands for. */
export interface OpenedReport {
  readonly report: AnyReport;
  /** Its file. */
  readonly bytes: Buffer;
  /** The key that the report brings with it. */
  readonly key: CheckpointKey;
  readonly first: LedgerRecord | null;
  readonly records: readonly (LedgerRecord | null)[];
  readonly exported: LedgerRecord | null;
  /** The record before the range; null where there is none. */
  readonly before: LedgerRecord | null;
  /** Those behind the range. */
  readonly after: readonly (LedgerRecord | null)[];
}

export const openReport = (report: AnyReport, bytes: Buffer, key: CheckpointKey): OpenedReport => ({
  report,
  bytes,
  key,
  first: parsedRecord(report.evidence.first),
  records: report.records.map(parsedRecord),
  exported: parsedRecord(report.evidence.export),
  ...besideOf(report),
});

const besideOf = (report: AnyReport): Pick<OpenedReport, 'before' | 'after'> => {
  if (report.format === 'claviger-report/1') return { before: null, after: [] };
  const { before, after } = report.evidence;
  return { before: before && parsedRecord(before), after: after.map(parsedRecord) };
};

/** Every line of a report. */
export const allRecords = ({ evidence, records }: AnyReport): ReportRecord[] => [
  ...evidenceRecords(evidence),
  ...records,
];

export const isRecord = (given: ReportRecord): boolean => parsedRecord(given) !== null;

const parsedRecord = ({ seq, line }: ReportRecord): LedgerRecord | null => {
  const { record } = parseLine(Buffer.from(line));
  return record?.seq === seq && !line.includes('\n') ? record : null;
};

export const check = (name: string, faults: readonly string[], words: string): ReportCheck => ({
  name,
  ok: faults.length === 0,
  words: faults[0] ?? words,
});

/** A fault where the condition does not hold. */
export const unless = (holds: boolean, fault: string): string[] => (holds ? [] : [fault]);
