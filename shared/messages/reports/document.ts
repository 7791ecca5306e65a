import { counted, n } from '../../numbers.ts';
import type { ReportKind } from '../../reports.ts';

/** The words of a report and of its renderings, wherever it is shown. */

export const kindNames: Readonly<Record<ReportKind, string>> = {
  activity: 'Activity',
  'key-inventory': 'Key inventory',
  'key-life': 'Key history',
  destruction: 'Certificate of destruction',
  'batch-receipts': 'Batch receipts',
  ceremony: 'Key ceremony',
  'token-evidence': 'Token evidence',
};

export const outcomeNames = { ok: 'Done', refused: 'Refused', failed: 'Failed' } as const;

export const filterNames = {
  since: 'from',
  until: 'before',
  key: 'key',
  batch: 'batch',
  user: 'user',
  action: 'action',
  outcome: 'outcome',
} as const;

export const none = 'none';
export const yes = 'yes';
export const no = 'no';
export const range = (first: number, last: number): string => `${n(first)} to ${n(last)}`;

/** Whether anything of the range was left out. */
export const completeness = {
  empty: 'There are no records in this range.',
  complete: 'Complete: no record of the range is left out.',
  filtered: (omitted: number) =>
    `Filtered: ${counted(omitted, 'record')} of the range did not match the filter and ${omitted === 1 ? 'is' : 'are'} left out.`,
} as const;

/** What a report does not prove. */
export const limits = {
  later: 'It proves nothing about what happened after its closing checkpoint.',
  truth:
    'It proves that these records were written, in this order, by a program that could use the token; not that what they say is true.',
  clock: 'The times are those of the computer on which the program ran.',
  fingerprint:
    'It is only as trustworthy as the fingerprint of its key: compare that with one that you received in another way.',
  times:
    'The records before and after it prove where its time starts and ends. That no other record belongs to that time relies on a clock that was not set back.',
  filter:
    'Records that were left out are counted but not shown. That none of them matches the filter relies on the program that made this report. A report without a filter proves it.',
  tables:
    'The tables and the names of vault and keys are what the program knew when it made this report. The record of the export binds them to it; no other record does.',
  evaluation:
    'The token is for evaluation only: anyone with a copy of the vault folder and the PIN could sign in its name.',
} as const;

/** The columns of a table in which renderings find the names of keys, in every report ever made. */
export const nameColumns = { id: 'Id', name: 'Name' } as const;

/** The vault's tables. `Custody`, `Bulk` and `State` hold stored values, which renderings name. */
export const tables = {
  keys: 'Keys',
  keysInRecords: 'Keys in these records',
  key: 'The key',
  keyColumns: [
    ...[nameColumns.name, nameColumns.id, 'Custody', 'Bulk', 'State', 'Version', 'KCV', 'Created'],
    ...['Active since', 'Cryptoperiod ends', 'Protected'],
  ],
  never: 'never',
  noEnd: 'no end',
  versions: 'Its versions',
  versionColumns: [
    ...['Version', 'State', 'KCV', 'Created', 'Activated', 'Deactivated', 'Compromised since'],
    ...['To be destroyed', 'Destroyed'],
  ],
  destroyed: 'Destroyed versions',
  destroyedColumns: [
    ...[nameColumns.name, nameColumns.id, 'Custody', 'Version', 'KCV', 'Created', 'Destroyed'],
    'What was destroyed',
  ],
  destroyedObject: 'the key object in the token, which was looked for afterwards',
  destroyedCopy: 'the only copy of the wrapped key in the vault',
  library: 'Library',
  libraryColumns: ['Path', 'Version', 'SHA-256'],
  supported: 'What the token supports',
  supportedColumns: ['Custody', 'Bulk', 'Supported', 'Reason'],
  requirements: 'Requirements',
  requirementColumns: ['Requirement', 'Met'],
  results: 'Test results',
  resultColumns: ['Check', 'Expected', 'Result', 'As expected'],
} as const;

/** A record's facts in one line. */
export const record = {
  keys: (count: number, names: string) => `${count === 1 ? 'key' : 'keys'} ${names}`,
  bytes: (count: number) => counted(count, 'byte'),
} as const;
