import type { ReportFilter } from '../../../shared/contract/reports.ts';
import { dateOf, monthOf, utc } from '../../lib/format.ts';
import type { Period, Span } from '../../lib/periods.ts';
import { messages } from '../../messages/en.ts';
import type { Keys } from '../../state/keys.svelte.ts';
import type { Reports } from '../../state/reports.svelte.ts';

const words = messages.reports;

/** A chosen time by its own name: October 2026, 25 November 2026, 2026. */
export const periodName = (period: Period, span: Span, now: Date): string => {
  switch (period) {
    case 'today':
      return dateOf(now);
    case 'month':
    case 'last-month':
      return monthOf(new Date(span.since ?? now));
    case 'year':
      return String(now.getUTCFullYear());
    case 'all':
      return words.periods.all;
    case 'custom':
      return spanName(span);
  }
};

const spanName = ({ since, until }: Span): string => {
  const first = since === undefined ? null : dateOf(new Date(since));
  // The last moment of the last day.
  const last = until === undefined ? null : dateOf(new Date(Date.parse(until) - 1));
  if (first === null) return last === null ? words.periods.all : words.upTo(last);
  if (last === null) return words.fromOn(first);
  return first === last ? first : words.fromTo(first, last);
};

/** The line on the cover of the report that is put together. */
export const titleOf = (reports: Reports, names: { key: string; batch: string }): string => {
  const now = new Date();
  const { kind, period } = reports;
  const what = {
    ...words.kinds,
    'key-life': words.lifeOf(names.key),
    destruction: words.destructionOf(names.key),
    'batch-receipts': words.receiptsOf(names.batch),
  }[kind];
  if (period === 'all') return what;
  return `${what}, ${periodName(period, reports.span(now) ?? {}, now)}`;
};

/** A filter in words, its times to the millisecond; empty if everything was asked for. */
export const filterWords = (filter: ReportFilter, keys: Keys): string => {
  const { since, until } = filter;
  const times = { since: since && utc(since), until: until && utc(until) };
  return conditionWords({ ...times, ...conditionsOf(filter, keys) });
};

/** The same for a line of a list: days and months by their names. */
export const shortFilterWords = (filter: ReportFilter, keys: Keys): string => {
  const days = daysOf(filter);
  if (days === null) return filterWords(filter, keys);
  return [days, conditionWords(conditionsOf(filter, keys))]
    .filter((part) => part !== '')
    .join(', ');
};

type Named = Partial<Record<keyof typeof words.past.conditions, string | undefined>>;

const conditionsOf = (filter: ReportFilter, keys: Keys): Named => ({
  key: filter.key && (keys.find(filter.key)?.name ?? filter.key.slice(0, 8)),
  batch: filter.batch?.slice(0, 8),
  user: filter.user,
  action: filter.action,
  outcome: filter.outcome && messages.audit.outcomes[filter.outcome].toLowerCase(),
});

const conditionWords = (named: Named): string =>
  Object.entries(named)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${words.past.conditions[name as keyof Named]} ${value}`],
    )
    .join(', ');

/** Whole days of UTC; null where a time is none. */
const daysOf = ({ since, until }: ReportFilter): string | null => {
  if (since === undefined && until === undefined) return '';
  if (![since, until].every((time) => time === undefined || isMidnight(new Date(time))))
    return null;
  const span = {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  const isMonth =
    since !== undefined && until !== undefined && nextMonth(new Date(since)) === Date.parse(until);
  return isMonth ? monthOf(new Date(since)) : spanName(span);
};

const isMidnight = (date: Date): boolean => date.toISOString().endsWith('T00:00:00.000Z');

/** Where a month that starts there ends; NaN where none does. */
const nextMonth = (start: Date): number =>
  start.getUTCDate() === 1 ? Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) : NaN;
