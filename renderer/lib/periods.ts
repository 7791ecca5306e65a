import { utcMidnight } from '../../shared/time.ts';

/** Times to choose from. Days start at midnight UTC, as everywhere in Claviger. */
export const periods = ['today', 'month', 'last-month', 'year', 'all', 'custom'] as const;
export type Period = (typeof periods)[number];

export interface Days {
  /** Like 2026-11-20; empty where nothing was chosen. Both days belong to it. */
  readonly from: string;
  readonly to: string;
}

export interface Span {
  readonly since?: string;
  readonly until?: string;
}

const DAY_MS = 86_400_000;

const day = (year: number, month: number, date: number): string =>
  new Date(Date.UTC(year, month, date)).toISOString();

/** The moments between which a period lies; null where its own days are none, or in the wrong order. */
export const spanOf = (period: Period, days: Days, now: Date): Span | null => {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (period) {
    case 'today':
      return { since: day(year, month, date), until: day(year, month, date + 1) };
    case 'month':
      return { since: day(year, month, 1), until: day(year, month + 1, 1) };
    case 'last-month':
      return { since: day(year, month - 1, 1), until: day(year, month, 1) };
    case 'year':
      return { since: day(year, 0, 1), until: day(year + 1, 0, 1) };
    case 'all':
      return {};
    case 'custom':
      return ownSpan(days);
  }
};

const ownSpan = ({ from, to }: Days): Span | null => {
  const [since, lastDay] = [utcMidnight(from), utcMidnight(to)];
  // What is typed and no day must not stand for "all".
  if ((from !== '' && since === null) || (to !== '' && lastDay === null)) return null;
  const until = lastDay === null ? null : dayAfter(lastDay);
  if (since !== null && until !== null && since >= until) return null;
  return { ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) };
};

const dayAfter = (midnight: string): string =>
  new Date(Date.parse(midnight) + DAY_MS).toISOString();
