import { counted, n } from '../../../shared/numbers.ts';

export const carryOver = {
  title: 'The last records are not signed',
  lead: (records: number) =>
    `An older version of Claviger was interrupted here. Nothing signs the last ${counted(records, 'record', 'records')}: anyone with write access to the folder could have written them. Until you confirm them, the vault stays locked and nothing is changed.`,
  found: 'What was found',
  range: 'Records',
  rangeOf: (first: number, last: number) =>
    first === last ? n(first) : `${n(first)} to ${n(last)}`,
  time: 'Written',
  timeOf: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
  acts: 'They say',
  act: (action: string, records: number) => `${action} (${n(records)})`,
  records: 'Unsigned records, newest first',
  newest: (shown: number, all: number) => `The newest ${n(shown)} of ${n(all)}`,
  confirm: 'These records tell what was done here last',
  confirmNote:
    'They count as the vault’s own from then on, and the next checkpoint signs them. A batch that was interrupted continues from what they say. This is asked once.',
  notConfirmed: 'Look at the records, then confirm them.',
  otherwise:
    'If they do not: leave the vault locked, and open the newest copy of its folder from before.',
  go: 'Confirm and unlock',
  working: 'Unlocking',
  leave: 'Leave it locked',
} as const;
