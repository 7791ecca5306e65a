import type { Input } from '../../../shared/contract.ts';
import { type KeyAct, periodDays, waitingDays } from '../../../shared/key-life.ts';
import type { AtPeriodEnd } from '../../../shared/keys.ts';

/** What is typed and chosen in the dialog of an act, beside reason and note. */
export interface ActInput {
  /** A day as the browser gives it, 2026-11-20; empty: now. */
  since: string;
  /** Of a new key, a day likewise; empty: at once. */
  activation: string;
  /** Empty: without end. */
  days: string;
  atEnd: AtPeriodEnd;
  waiting: string;
  /** At once, because it was never used. */
  unused: boolean;
  name: string;
}

export const noInput: Readonly<ActInput> = {
  since: '',
  activation: '',
  days: '',
  atEnd: 'warn',
  waiting: '',
  unused: false,
  name: '',
};

const within = (text: string, { least, most }: { least: number; most: number }): boolean =>
  /^\d{1,5}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;

/** Midnight of that day in this computer's time zone; null if there is no such day. */
const midnight = (day: string): Date | null => {
  const start = new Date(`${day}T00:00`);
  return Number.isNaN(start.getTime()) ? null : start;
};

const isPast = (date: Date): boolean => date.getTime() <= Date.now();

/** Null if there is no such day, or not yet. */
const startOf = (day: string): Date | null => {
  const start = midnight(day);
  return start !== null && isPast(start) ? start : null;
};

export const isActivation = ({ activation }: ActInput): boolean => {
  const start = midnight(activation);
  return activation === '' || (start !== null && !isPast(start));
};

/** The dates that a new key is created with. */
export const datesOf = (
  input: ActInput,
): Pick<Input<'keys.create'>, 'activates' | 'periodDays' | 'atPeriodEnd'> => {
  const start = midnight(input.activation);
  const days = input.days.trim();
  return {
    ...(start === null ? {} : { activates: start.toISOString() }),
    ...(days === '' ? {} : { periodDays: Number(days), atPeriodEnd: input.atEnd }),
  };
};

export const isSince = ({ since }: ActInput): boolean => since === '' || startOf(since) !== null;
export const isPeriod = ({ days }: ActInput): boolean =>
  days.trim() === '' || within(days, periodDays);
export const isWaiting = ({ waiting, unused }: ActInput): boolean =>
  unused || within(waiting, waitingDays);

export const isComplete = (act: KeyAct, input: ActInput, name: string): boolean => {
  if (act === 'compromise') return isSince(input);
  if (act === 'period') return isPeriod(input);
  return act !== 'schedule-destroy' || (isWaiting(input) && input.name === name);
};

/** What the act takes beside reason and note. */
export const moreOf = (act: KeyAct, input: ActInput): Partial<Input<'keys.change'>> => {
  if (act === 'compromise') {
    const since = startOf(input.since);
    return since === null ? {} : { since: since.toISOString() };
  }
  if (act === 'period') {
    const days = input.days.trim();
    return { periodDays: days === '' ? null : Number(days), atPeriodEnd: input.atEnd };
  }
  if (act !== 'schedule-destroy') return {};
  return input.unused ? { destroyNow: 'never-used' } : { waitingDays: Number(input.waiting) };
};
