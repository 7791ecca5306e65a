export const timeSpans = ['today', 'week', 'month', 'year'] as const;
export type TimeSpan = (typeof timeSpans)[number];

const DAY_MS = 86_400_000;
const days: Readonly<Record<TimeSpan, number>> = { today: 0, week: 6, month: 29, year: 364 };

/** Midnight, in this computer's time zone, of the first day of a span that ends today. */
export const spanStart = (span: TimeSpan, now: Date): string => {
  const day = new Date(now.getTime() - days[span] * DAY_MS);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).toISOString();
};
