import { type LedgerRecord, parseLine } from '../ledger/index.ts';
import { keyNamesOf } from './key-names.ts';
import type { ReportDocument } from './report.ts';
import { notAuthenticated } from './session-marks.ts';

export interface RenderedRecord {
  readonly record: LedgerRecord;
  /** Written while the vault was locked: covered only by the next checkpoint. */
  readonly madeWhileLocked: boolean;
  /** Nothing shows that the vault itself wrote it. */
  readonly notAuthenticated: boolean;
}

/** A report for the CSV and the PDF: its parsed records, and what connects them to the JSON. */
export interface ReportView {
  readonly report: ReportDocument;
  /** SHA-256 of the JSON file, hex. */
  readonly jsonSha256: string;
  readonly records: readonly RenderedRecord[];
  /** By id; of the keys that the report names. */
  readonly keyNames: ReadonlyMap<string, string>;
}

/**
 * @param jsonSha256 of the JSON file, as it was written
 * @throws Error if a line of the report is not a record
 */
export const viewReport = (report: ReportDocument, jsonSha256: string): ReportView => {
  const locked = report.statement.unsignedWhenMade;
  return {
    report,
    jsonSha256,
    keyNames: keyNamesOf(report.statement),
    records: report.records.map(({ seq, line }) => {
      const { record, fault } = parseLine(Buffer.from(line));
      if (record === null) throw new Error(`record ${seq} of the report: ${fault.problem}`);
      const madeWhileLocked = locked.some(({ first, last }) => seq >= first && seq <= last);
      const marked = notAuthenticated({ seq, line }, report.statement);
      return { record, madeWhileLocked, notAuthenticated: marked };
    }),
  };
};
