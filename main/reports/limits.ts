import { limits } from '../../shared/messages/reports/document.ts';
import { isByTimeOnly } from './filter.ts';
import type { ReportFilter } from './report.ts';

/** What a report does not prove, in sentences that it carries itself. */
export const limitsOf = (filter: ReportFilter, isEvaluation: boolean): string[] => [
  limits.later,
  limits.truth,
  limits.clock,
  limits.fingerprint,
  ...(filter.since === undefined && filter.until === undefined ? [] : [limits.times]),
  ...(isByTimeOnly(filter) ? [] : [limits.filter]),
  limits.tables,
  ...(isEvaluation ? [limits.evaluation] : []),
];
