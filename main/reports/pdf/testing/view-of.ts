import { sha256 } from '../../../system/index.ts';
import { type ReportView, viewReport } from '../../render-view.ts';
import { encodeReport, type ReportDocument } from '../../report.ts';

/** A report as its renderings get it once its JSON is written. */
export const viewOf = (report: ReportDocument): ReportView =>
  viewReport(report, sha256(encodeReport(report)));
