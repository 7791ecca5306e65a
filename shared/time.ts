import * as v from 'valibot';

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Whether a text is a time in UTC with milliseconds, as ISO 8601 writes it, and exists: years 0001
 * to 9999, no 30 February, no 24:00 and no leap second, which Date.parse takes or takes for others.
 */
export const isUtcTime = (text: string): boolean => {
  const time = form.test(text) && !text.startsWith('0000') ? new Date(text) : null;
  return time !== null && !Number.isNaN(time.getTime()) && time.toISOString() === text;
};

export const utcTimeSchema = v.pipe(
  v.string(),
  v.check(isUtcTime, 'must be a time that exists, in UTC with milliseconds'),
);

/** When a day like 2026-01-31 starts: midnight UTC, in every time zone; null if it is not a day. */
export const utcMidnight = (day: string): string | null => {
  const time = `${day}T00:00:00.000Z`;
  return isUtcTime(time) ? time : null;
};
