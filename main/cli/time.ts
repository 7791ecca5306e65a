import { isUtcTime } from '../../shared/time.ts';
import { emptySpan, notATime } from '../../shared/messages/failures/cli.ts';
import type { Arguments, OptionSpecs } from './arguments.ts';

/** The options of a command that looks at a span of time. */
export const spanOptions = {
  since: {
    type: 'string',
    value: 'TIME',
    help: 'records from this time on: 2026-01-31 (midnight UTC), or 2026-01-31T12:00Z, or +01:00',
  },
  until: { type: 'string', value: 'TIME', help: 'records before this time' },
} as const satisfies OptionSpecs;

/** From `since` on, and before `until`: UTC, ISO 8601. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
}

type Loose<T> = { readonly [Name in keyof T]: T[Name] | undefined };

/** @throws Failure `usage` where one is no time, or nothing lies between them */
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

/** The span as it was understood, for people; empty where there is none. */
export const describeSpan = ({ since, until }: Loose<Span>): string =>
  [
    ...(since === undefined ? [] : [`from ${since}`]),
    ...(until === undefined ? [] : [`before ${until}`]),
  ].join(', ');

const timeOf = (args: Arguments, name: string): string | undefined => {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const time = utcOf(text);
  if (time !== null) return time;
  throw notATime(name, text);
};

// Date.parse takes "record 5" for a time, 30 February for 2 March, and a day without a zone for
// midnight here or in UTC, depending on how it is written.
const pattern =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{3}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d)))?$/;

const MINUTE_MS = 60_000;

/** A date, or a date and time with its zone, as UTC ISO 8601; null where there is no such time. */
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
