import { counted, n } from '../../../shared/numbers.ts';

const files = (count: number): string => counted(count, 'file', 'files');

export const survey = {
  open: 'Survey files…',
  title: 'Which keys do these files need?',
  lead: 'A survey reads only the headers of encrypted files, and counts the key versions they name. The files stay as they are.',
  files: 'Choose files…',
  folder: 'Choose a folder…',
  again: 'Choose others',
  chosen: 'Chosen',
  more: (others: number) => `and ${counted(others, 'other', 'others')}`,
  none: 'Nothing is chosen yet.',
  prove: 'Try each slot with its key',
  proveNote:
    'Without it, what a header says is only a claim: anybody who can write a file can change it. The result is recorded in the ledger.',
  start: 'Survey',
  reading: (count: number) => (count === 0 ? 'Reading headers' : `${files(count)} read`),
  plan: 'Plan a rewrap',
  table: 'Files by key and version',
  columns: {
    key: 'Key and version',
    files: 'Files',
    alone: 'This key alone',
    slots: 'Slots',
  },
  version: (version: number) => `v${n(version)}`,
  notHere: 'Key not here',
  claimed: 'Claimed',
  proved: (count: number) => `${n(count)} proved`,
  refused: (count: number) => `${n(count)} not opened`,
  unlisted: (count: number) => `and ${counted(count, 'slot', 'slots')} of other keys`,
  noSlots: 'No encrypted file was found.',
  total: (count: number, encrypted: number) => `${files(count)}, ${n(encrypted)} encrypted`,
  counts: {
    plain: (count: number) => `${n(count)} not encrypted`,
    foreign: (count: number) => `${n(count)} without a key of this vault`,
    damaged: (count: number) => `${n(count)} damaged`,
    unreadable: (count: number) => `${n(count)} not read`,
  },
  problems: 'Damaged, not read, or not opened',
  moreProblems: (count: number) => `and ${n(count)} more`,
} as const;
