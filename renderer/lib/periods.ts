/** Times to choose from. Days begin at midnight in this computer's time zone. */
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

const day = (year: number, month: number, date: number): string =>
  new Date(year, month, date).toISOString();

/** The moments between which a period lies; null where its own days are in the wrong order. */
export const spanOf = (period: Period, days: Days, now: Date): Span | null => {
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
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
  const since = dayStart(from, 0);
  const until = dayStart(to, 1);
  if (since !== null && until !== null && since >= until) return null;
  return {
    ...(since === null ? {} : { since: since.toISOString() }),
    ...(until === null ? {} : { until: until.toISOString() }),
  };
};

/** Midnight at which that day, or one some days later, begins. */
const dayStart = (text: string, later: number): Date | null => {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return null;
  return new Date(Number(year), Number(month) - 1, Number(date) + later);
};
