import type { ReportFilter } from '../../../shared/contract/reports.ts';
import type { ReportKind } from '../../../shared/reports.ts';

/** What an export is called unless the person says otherwise, like activity-2026-10.json. */
export const fileNameOf = (kind: ReportKind, { since, until }: ReportFilter, now: Date): string =>
  `${kind}-${periodOf(since, until, now)}.json`;

const periodOf = (since: string | undefined, until: string | undefined, now: Date): string => {
  const last = until === undefined ? now : dayBefore(new Date(until));
  if (since === undefined) return `to-${dayOf(last)}`;
  const first = new Date(since);
  if (until !== undefined && isMonth(first, new Date(until))) return dayOf(first).slice(0, 7);
  return dayOf(first) === dayOf(last) ? dayOf(first) : `${dayOf(first)}-to-${dayOf(last)}`;
};

/** The day to which the last moment before midnight belongs. */
const dayBefore = (end: Date): Date => new Date(end.getTime() - 1);

const isMonth = (first: Date, end: Date): boolean =>
  new Date(first.getFullYear(), first.getMonth(), 1).getTime() === first.getTime() &&
  new Date(first.getFullYear(), first.getMonth() + 1, 1).getTime() === end.getTime();

/** Days begin at midnight where the officer sits. */
const dayOf = (date: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
