import type { Rollback } from '../../../shared/contract/rollback.ts';
import { messages } from '../../messages/en.ts';

const words = messages.rollback;
type Told = Exclude<keyof typeof words.titles, 'other'>;

const isTold = (kind: string): kind is Told => kind in words.titles;

/** What the screen is about: the first finding that has words of its own. */
const subject = ({ findings }: Rollback): Told | 'other' =>
  findings.map(({ kind }) => kind).find(isTold) ?? 'other';

export const alarmOf = (rollback: Rollback): string => {
  const about = subject(rollback);
  return about === 'rollback'
    ? words.alarm.rollback[rollback.signed?.where ?? 'folder']
    : words.alarm[about];
};

export const missingOf = ({ missing }: Rollback): number =>
  missing === null ? 0 : missing.last - missing.first + 1;

export const titleOf = (rollback: Rollback): string => {
  const missing = missingOf(rollback);
  return missing > 0 ? words.missing(missing) : words.titles[subject(rollback)];
};

export const leadOf = (rollback: Rollback, token: string): string =>
  words.leads[subject(rollback)](token);
