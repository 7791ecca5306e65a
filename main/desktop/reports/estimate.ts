import type { Preview } from '../../../shared/contract/reports.ts';
import type { ReportKind } from '../../../shared/reports.ts';
import { mostOnPaper, type ReportTable } from '../../reports/index.ts';

/** What JSON adds to a line: its number, its leaf and roughly a backslash for each quote. */
const LINE_MORE = 1.15;
const LINE_FRAME = 125;
/** Statement, proofs, checkpoints and key of a small report. */
const REPORT_FRAME = 8_000;

/** A row repeats its subject in columns, with every quote doubled. */
const ROW_MORE = 1.2;
const CSV_FRAME = 900;

/** Cover, summary, first page of records and proof; fonts. */
const OTHER_PAGES = 4;
const PDF_FRAME = 85_000;
const ROWS_ON_A_PAGE = 18;
/** Each file of a batch has a hash below it. */
const FILES_ON_A_PAGE = 11;
const PDF_ROW = 900;

export interface Measured {
  readonly kind: ReportKind;
  readonly records: number;
  /** Size of their lines in the ledger. */
  readonly bytes: number;
  readonly tables: readonly ReportTable[];
}

/** The approximate size of the files of a report. */
export const estimateOf = ({ kind, records, bytes, tables }: Measured): Preview['sizes'] => {
  const shown = JSON.stringify(tables).length;
  const rows = records + tables.reduce((sum, table) => sum + table.rows.length, 0);
  const onAPage = kind === 'batch-receipts' ? FILES_ON_A_PAGE : ROWS_ON_A_PAGE;
  const most = mostOnPaper();
  return {
    json: Math.round(REPORT_FRAME + shown + bytes * LINE_MORE + records * LINE_FRAME),
    csv: Math.round(CSV_FRAME + shown + bytes * ROW_MORE),
    pdf:
      records > most
        ? null
        : { pages: OTHER_PAGES + Math.ceil(rows / onAPage), bytes: PDF_FRAME + rows * PDF_ROW },
    mostOnPaper: most,
  };
};
