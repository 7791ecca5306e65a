import { compareNames } from '../../shared/names.ts';
import { dayOf } from './render-words.ts';
import type { RenderedRecord } from './render-view.ts';

export interface Tally {
  readonly name: string;
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
}

export interface Summary {
  readonly total: Tally;
  /** Every day, week or month between the first and the last record, including empty ones. */
  readonly periods: readonly Tally[];
  readonly unit: 'day' | 'week' | 'month';
  /** The most frequent first. */
  readonly actions: readonly Tally[];
  readonly people: readonly Tally[];
}

const MOST_BARS = 62;
const DAY = 86_400_000;

export const summarise = (records: readonly RenderedRecord[]): Summary => {
  const days = [...new Set(records.map(({ record }) => dayOf(record.time)))].sort();
  const unit = unitFor(days[0], days.at(-1));
  const periods = new Map(everyPeriod(days[0], days.at(-1), unit).map((name) => [name, [0, 0, 0]]));
  const actions = new Map<string, Counts>();
  const people = new Map<string, Counts>();
  const total: Counts = [0, 0, 0];
  for (const { record } of records) {
    const outcome = { ok: 0, refused: 1, failed: 2 }[record.outcome];
    add(total, outcome);
    add(counts(periods, periodOf(dayOf(record.time), unit)), outcome);
    add(counts(actions, record.action), outcome);
    add(counts(people, `${record.actor.user}@${record.actor.host}`), outcome);
  }
  return {
    total: tally('', total),
    periods: [...periods].map(([name, found]) => tally(name, found)),
    unit,
    actions: byFrequency(actions),
    people: byFrequency(people),
  };
};

type Counts = number[];

const counts = (all: Map<string, Counts>, name: string): Counts => {
  const known = all.get(name) ?? [0, 0, 0];
  all.set(name, known);
  return known;
};

const add = (to: Counts, at: number): void => {
  to[at] = (to[at] ?? 0) + 1;
};

const tally = (name: string, [ok = 0, refused = 0, failed = 0]: readonly number[]): Tally => ({
  name,
  ok,
  refused,
  failed,
});

export const sumOf = ({ ok, refused, failed }: Tally): number => ok + refused + failed;

const byFrequency = (all: ReadonlyMap<string, Counts>): Tally[] =>
  [...all]
    .map(([name, found]) => tally(name, found))
    .sort((a, b) => sumOf(b) - sumOf(a) || compareNames(a.name, b.name));

const unitFor = (first = '', last = ''): Summary['unit'] => {
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  if (!(days > MOST_BARS)) return 'day';
  return days / 7 <= MOST_BARS ? 'week' : 'month';
};

/** Days by their date, weeks by their Monday, months as 2026-11. */
const periodOf = (day: string, unit: Summary['unit']): string => {
  if (unit === 'day') return day;
  if (unit === 'month') return day.slice(0, 7);
  const date = new Date(day);
  const sinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - sinceMonday * DAY).toISOString().slice(0, 10);
};

const everyPeriod = (
  first: string | undefined,
  last: string | undefined,
  unit: Summary['unit'],
): string[] => {
  if (first === undefined || last === undefined) return [];
  const names = new Set<string>();
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY)
    names.add(periodOf(new Date(at).toISOString().slice(0, 10), unit));
  return [...names];
};
