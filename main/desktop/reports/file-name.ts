import type { ReportFilter } from '../../../shared/contract/reports.ts';
import type { ReportKind } from '../../../shared/reports.ts';

/** The suggested name of an export, like activity-2026-10.json. */
export const fileNameOf = (kind: ReportKind, { since, until }: ReportFilter, now: Date): string =>
  `${kind}-${periodOf(since, until, now)}.json`;

const periodOf = (since: string | undefined, until: string | undefined, now: Date): string => {
  const last = until === undefined ? now : dayBefore(new Date(until));
  if (since === undefined) return `to-${dayOf(last)}`;
  const first = new Date(since);
  if (until !== undefined && isMonth(first, new Date(until))) return dayOf(first).slice(0, 7);
  return dayOf(first) === dayOf(last) ? dayOf(first) : `${dayOf(first)}-to-${dayOf(last)}`;
};

/** The day that ends at this midnight. */
const dayBefore = (end: Date): Date => new Date(end.getTime() - 1);

const isMonth = (first: Date, end: Date): boolean =>
  first.toISOString().endsWith('-01T00:00:00.000Z') &&
  Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1) === end.getTime();

/** Days start at midnight UTC, as in the report. */
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
