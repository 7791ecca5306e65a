import { clockWrong } from '../../shared/messages/failures/system.ts';

export interface Clock {
  /** Where the time comes from, as it is written in records. */
  readonly source: string;
  now(): Date;
}

/** Records have four-digit years; a ledger with a longer one could not be read. */
const LAST_YEAR = 9999;

export const systemClock: Clock = {
  source: 'system',
  now: () => {
    const now = new Date();
    if (now.getUTCFullYear() <= LAST_YEAR) return now;
    throw clockWrong(now.getUTCFullYear());
  },
};
