import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import type { ReportFilter } from './report.ts';

/** Whether a record is one of those that were asked for. */
export const fits = (record: LedgerRecord, filter: ReportFilter): boolean => {
  const { since, until, key, batch, user, action, outcome } = filter;
  // Times are all of one form, so that their order is the order of their texts.
  return (
    (since === undefined || record.time >= since) &&
    (until === undefined || record.time < until) &&
    (key === undefined || keysOf(record).includes(key)) &&
    (batch === undefined || record.subject['batch'] === batch) &&
    (user === undefined || record.actor.user === user) &&
    (action === undefined || isOneOf(record.action, action)) &&
    (outcome === undefined || record.outcome === outcome)
  );
};

/** True where nothing but the time was asked for: every record of the range must be there. */
export const isByTimeOnly = ({ key, batch, user, action, outcome }: ReportFilter): boolean =>
  [key, batch, user, action, outcome].every((each) => each === undefined);

const keysOf = ({ subject }: LedgerRecord): readonly Json[] => {
  const { key, keys } = subject;
  const several: readonly Json[] = Array.isArray(keys) ? keys : [];
  return key === undefined ? several : [key, ...several];
};

const isOneOf = (action: string, wanted: string): boolean =>
  wanted
    .split(',')
    .some((each) => (each.endsWith('.') ? action.startsWith(each) : action === each));
