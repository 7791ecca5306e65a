import { isUtcTime } from '../../shared/time.ts';
import { emptySpan, notATime } from '../../shared/messages/failures/cli.ts';
import type { Arguments, OptionSpecs } from './arguments.ts';

/** The options of a command for a span of time. */
export const spanOptions = {
  since: {
    type: 'string',
    value: 'TIME',
    help: 'records from this time on: 2026-01-31 (midnight UTC), or 2026-01-31T12:00Z, or +01:00',
  },
  until: { type: 'string', value: 'TIME', help: 'records before this time' },
} as const satisfies OptionSpecs;

/** From `since` to before `until`: UTC, ISO 8601. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

type Loose<T> = { readonly [Name in keyof T]: T[Name] | undefined };

/** @throws Failure `usage` if one is not a time, or the span is empty */
export const spanOf = (args: Arguments): Span => {
  const since = timeOf(args, 'since');
  const until = timeOf(args, 'until');
  if (since !== undefined && until !== undefined && since >= until) {
    throw emptySpan(since, until);
  }
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
};

/** The span as it was understood, in words; empty if none was given. */
export const describeSpan = ({ since, until }: Loose<Span>): string =>
  [
    ...(since === undefined ? [] : [`from ${since}`]),
    ...(until === undefined ? [] : [`before ${until}`]),
  ].join(', ');

/** @throws Failure `usage` */
export const timeOf = (args: Arguments, name: string): string | undefined => {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const time = utcOf(text);
  if (time !== null) return time;
  throw notATime(name, text);
};

// Date.parse accepts "record 5", reads 30 February as 2 March, and takes a day without a zone as
// local or UTC midnight, depending on its form.
const pattern =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{3}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d)))?$/;

const MINUTE_MS = 60_000;

/** A date, or a date and time with a zone, as UTC ISO 8601; null if there is no such time. */
export const utcOf = (text: string): string | null => {
  const [, date, time = '00:00', seconds = '00', ms = '000', sign, hours, minutes] =
    pattern.exec(text) ?? [];
  if (date === undefined) return null;
  const written = `${date}T${time}:${seconds}.${ms}Z`;
  if (!isUtcTime(written)) return null;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  const utc = new Date(Date.parse(written) - offset * MINUTE_MS).toISOString();
  return /^\d{4}-/.test(utc) ? utc : null;
};
