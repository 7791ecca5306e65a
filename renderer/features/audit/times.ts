export const timeSpans = ['today', 'week', 'month', 'year'] as const;
export type TimeSpan = (typeof timeSpans)[number];

const DAY_MS = 86_400_000;
const days: Readonly<Record<TimeSpan, number>> = { today: 0, week: 6, month: 29, year: 364 };

/** Midnight UTC of the first day of a span that ends today: days are those of reports. */
export const spanStart = (span: TimeSpan, now: Date): string => {
  const day = new Date(now.getTime() - days[span] * DAY_MS);
  return `${day.toISOString().slice(0, 10)}T00:00:00.000Z`;
};
