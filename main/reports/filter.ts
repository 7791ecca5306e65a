import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import type { ReportFilter } from './report.ts';

/** Whether a record matches the filter. */
export const fits = (record: LedgerRecord, filter: ReportFilter): boolean => {
  const { since, until, key, batch, user, action, outcome } = filter;
  // All times have the same form, so they can be compared as text.
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

/** Whether the filter has only times: then every record of the range must be included. */
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
