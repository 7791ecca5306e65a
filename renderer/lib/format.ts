import { formatBytes } from '../../shared/bytes.ts';
import { n } from '../../shared/numbers.ts';
import { messages } from '../messages/en.ts';

const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export { n as number };

export const rate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

export const percent = (done: number, all: number): number =>
  all === 0 ? 100 : Math.floor((done / all) * 100);

/** 7 min 40 s, 2 h 5 min, 12 s. */
export const duration = (seconds: number): string => {
  const total = Math.max(0, Math.round(seconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (hours > 0) return `${n(hours)} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${String(total % 60).padStart(2, '0')} s`;
  return seconds > 0 && seconds < 10 ? `${oneDigit.format(seconds)} s` : `${total} s`;
};

/** 9:41. Rounded down: the clock of the window is up to a second late, and 10:01 of 10 minutes would be odd. */
export const countdown = (milliseconds: number): string => {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`;
};

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const withSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const yearDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const longDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const dayOfWeek = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});
const fullDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

const wholeMonth = new Intl.DateTimeFormat('en-GB', {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const wholeDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

const dayOf = (date: Date): string => date.toDateString();
const DAY_MS = 86_400_000;

export const clockTime = (iso: string): string => clock.format(new Date(iso));
export const exactTime = (iso: string): string => withSeconds.format(new Date(iso));
/** 14:06:31, or 18 Nov 14:06:31 on another day. */
export const exactWhen = (iso: string, now: Date): string =>
  dayOf(new Date(iso)) === dayOf(now) ? exactTime(iso) : `${when(iso, now)} ${exactTime(iso)}`;
export const dayName = (iso: string): string => shortDay.format(new Date(iso));
/** Sat 21 Nov */
export const weekday = (iso: string): string => dayOfWeek.format(new Date(iso)).replace(',', '');
/** October 2026, of UTC */
export const monthOf = (date: Date): string => wholeMonth.format(date);
/** 25 October 2026, of UTC */
export const dateOf = (date: Date): string => wholeDay.format(date);
export const today = (now: Date): string => fullDay.format(now);

/** today 14:07, 18 Nov, 7 Jan 2024 */
export const when = (iso: string, now: Date): string => {
  const date = new Date(iso);
  if (dayOf(date) === dayOf(now)) return messages.time.today(clock.format(date));
  if (date.getFullYear() === now.getFullYear()) return shortDay.format(date);
  return yearDay.format(date);
};

/** Today, Friday 20 November */
export const daySeparator = (iso: string, now: Date): string => {
  const date = new Date(iso);
  const name = longDay.format(date).replace(',', '');
  if (dayOf(date) === dayOf(now)) return messages.time.todayIs(name);
  if (dayOf(date) === dayOf(new Date(now.getTime() - DAY_MS)))
    return messages.time.yesterdayWas(name);
  return date.getFullYear() === now.getFullYear() ? name : `${name} ${date.getFullYear()}`;
};

/** 2026-11-20 12:58:02.418 UTC, 2026-11-20 00:00:00 UTC */
export const utc = (iso: string): string =>
  iso
    .replace('T', ' ')
    .replace(/\.000Z$/, 'Z')
    .replace(/Z$/, ' UTC');
