import { expect, it } from 'vitest';
import { isUtcTime, utcMidnight } from './time.ts';

it.each(['2026-01-31T23:59:59.999Z', '2024-02-29T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
  '%s is a time',
  (text) => expect(isUtcTime(text)).toBe(true),
);

it.each([
  ['a day that no month has', '2026-02-30T12:00:00.000Z'],
  ['29 February of another year', '2026-02-29T12:00:00.000Z'],
  ['24:00', '2026-01-31T24:00:00.000Z'],
  ['a leap second', '2016-12-31T23:59:60.000Z'],
  ['month 13', '2026-13-01T00:00:00.000Z'],
  ['day 0', '2026-01-00T00:00:00.000Z'],
  ['another zone', '2026-01-31T12:00:00.000+01:00'],
  ['no zone', '2026-01-31T12:00:00.000'],
  ['no milliseconds', '2026-01-31T12:00:00Z'],
  ['microseconds', '2026-01-31T12:00:00.000000Z'],
  ['small letters', '2026-01-31t12:00:00.000z'],
  ['a blank', '2026-01-31 12:00:00.000Z'],
  ['a line end', '2026-01-31T12:00:00.000Z\n'],
  ['digits of another script', '２０２６-01-31T12:00:00.000Z'],
  ['the year 0', '0000-12-31T23:59:59.999Z'],
  ['a year past 9999', '+010000-01-01T00:00:00.000Z'],
  ['words', 'record 5'],
  ['nothing', ''],
])('%s is none', (_, text) => expect(isUtcTime(text)).toBe(false));

it('a day starts at midnight UTC in every time zone', () => {
  expect(utcMidnight('2026-01-31')).toBe('2026-01-31T00:00:00.000Z');
  for (const none of ['2026-02-30', '2026-1-31', '12026-01-01', '', '2026-01-31T00:00'])
    expect(utcMidnight(none), none).toBe(null);
});
