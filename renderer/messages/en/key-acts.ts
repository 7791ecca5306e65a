import type { KeyAct, KeyReason } from '../../../shared/key-life.ts';
import type { AtPeriodEnd } from '../../../shared/keys.ts';
import { counted, n } from '../../../shared/numbers.ts';

interface ActWords {
  /** In the panel; an ellipsis says that a dialog follows. */
  readonly button: string;
  readonly title: (key: string, version: number) => string;
  /** What happens, in a sentence or two. */
  readonly lead: string;
  readonly go: (version: number) => string;
  readonly done: (key: string, version: number) => string;
}

const acts: Readonly<Record<KeyAct, ActWords>> = {
  activate: {
    button: 'Activate…',
    title: (key, version) => `Activate version ${n(version)} of ${key}?`,
    lead: 'It encrypts from now on, without waiting for its activation date.',
    go: (version) => `Activate version ${n(version)}`,
    done: (key, version) => `Activated: ${key}, version ${n(version)}`,
  },
  rotate: {
    button: 'Rotate…',
    title: (key) => `Rotate ${key}?`,
    lead: 'A new version takes over and the present one is deactivated, in one step. Files stay as they are and can still be opened.',
    go: (version) => `Rotate to version ${n(version + 1)}`,
    done: (key, version) => `Rotated: ${key} encrypts with version ${n(version)}`,
  },
  suspend: {
    button: 'Suspend…',
    title: (key, version) => `Suspend version ${n(version)} of ${key}?`,
    lead: 'It neither encrypts nor decrypts until it is resumed. Batches that are running refuse their remaining files.',
    go: (version) => `Suspend version ${n(version)}`,
    done: (key, version) => `Suspended: ${key}, version ${n(version)}`,
  },
  resume: {
    button: 'Resume…',
    title: (key, version) => `Resume version ${n(version)} of ${key}?`,
    lead: 'It works again: the newest version encrypts and decrypts, an older one only decrypts.',
    go: (version) => `Resume version ${n(version)}`,
    done: (key, version) => `Resumed: ${key}, version ${n(version)}`,
  },
  deactivate: {
    button: 'Deactivate…',
    title: (key, version) => `Deactivate version ${n(version)} of ${key}?`,
    lead: 'It still decrypts its files, but never encrypts again. To continue encrypting, rotate the key.',
    go: (version) => `Deactivate version ${n(version)}`,
    done: (key, version) => `Deactivated: ${key}, version ${n(version)}`,
  },
  compromise: {
    button: 'Mark compromised…',
    title: (key, version) => `Mark version ${n(version)} of ${key} as compromised?`,
    lead: 'Use this if others may know the key. It only decrypts from now on. Its files must be encrypted again: rotating the key does not help.',
    go: (version) => `Mark version ${n(version)}`,
    done: (key, version) => `Marked as compromised: ${key}, version ${n(version)}`,
  },
  'schedule-destroy': {
    button: 'Destroy…',
    title: (key, version) => `Destroy version ${n(version)} of ${key}?`,
    lead: 'It is suspended at once, so that anyone who still needs it notices. After the waiting period it is destroyed permanently. Until then you can cancel.',
    go: (version) => `Destroy version ${n(version)}`,
    done: (key, version) => `Destruction scheduled: ${key}, version ${n(version)}`,
  },
  'cancel-destroy': {
    button: 'Cancel destruction…',
    title: (key, version) => `Keep version ${n(version)} of ${key}?`,
    lead: 'Its destruction is cancelled, and it is again in the state it had before.',
    go: (version) => `Keep version ${n(version)}`,
    done: (key, version) => `Kept: ${key}, version ${n(version)}`,
  },
  protect: {
    button: 'Protect…',
    title: (key) => `Protect ${key} against destruction?`,
    lead: 'No version of it can be destroyed until the protection is removed.',
    go: () => 'Protect key',
    done: (key) => `Protected: ${key}`,
  },
  unprotect: {
    button: 'Remove protection…',
    title: (key) => `Remove the protection of ${key}?`,
    lead: 'Its versions can be destroyed after that.',
    go: () => 'Remove protection',
    done: (key) => `Protection removed: ${key}`,
  },
  period: {
    button: 'Cryptoperiod…',
    title: (key) => `Cryptoperiod of ${key}`,
    lead: 'How long a version may encrypt, from its activation on.',
    go: () => 'Set cryptoperiod',
    done: (key) => `Cryptoperiod set: ${key}`,
  },
};

const reasons: Readonly<Record<KeyReason, string>> = {
  scheduled: 'As scheduled',
  replaced: 'Replaced by another key',
  'not-needed': 'No longer needed',
  'person-left': 'A person has left',
  'suspected-misuse': 'Suspected misuse',
  disclosed: 'Disclosed to others',
  resolved: 'The cause is resolved',
  other: 'Other',
};

const atEnds: Readonly<Record<AtPeriodEnd, string>> = {
  warn: 'Warn',
  rotate: 'Rotate at the next unlock',
  refuse: 'Refuse to encrypt',
};

export const keyActs = {
  acts,
  reasons,
  atEnds,
  more: 'More actions',
  version: 'Version',
  versionOption: (version: number, state: string) => `Version ${n(version)}, ${state}`,
  reason: 'Reason',
  reasonPlaceholder: 'Choose a reason',
  reasonMissing: 'Choose a reason.',
  note: 'Note, optional',
  recorded: 'Recorded with your name, the reason and the note.',
  since: 'Known to others since, optional',
  sinceHint: 'The date of the event, if it was earlier than today.',
  sinceInvalid: 'Enter a date that is not in the future.',
  days: 'Cryptoperiod in days',
  activation: 'Becomes active on, optional',
  activationHint: 'Until then it does not encrypt. It is active at once if this is empty.',
  activationInvalid: 'Enter a date in the future.',
  daysHint: 'Leave it empty for a key without end.',
  daysInvalid: (least: number, most: number) => `Enter ${n(least)} to ${n(most)} days.`,
  atEnd: 'When it is over',
  now: 'Encrypts now',
  next: 'Encrypts from now on',
  facts: {
    state: 'State',
    kcv: 'KCV',
    files: 'Files',
    after: 'Afterwards',
    created: 'Created',
    ends: 'Ends',
  },
  createdIn: (token: string, protection: string) => `in ${token}, ${protection}`,
  noFilesYet: 'none yet',
  noEnd: 'no end',
  endsOn: (day: string, days: number) => `${day}, after ${counted(days, 'day', 'days')}`,
  notRevoked: {
    fact: 'If others may have the key, do not just rotate it.',
    text: 'They can still open its files. Mark it as compromised and encrypt the files again.',
  },
  thenRewrap: (files: number) =>
    `Then plan a rewrap of the ${counted(files, 'known file', 'known files')} that ${files === 1 ? 'uses' : 'use'} it`,
  thenRewrapNote:
    'Each file gets a new header, its data stays as it is. You see the plan before anything starts.',
  missing: (files: number) =>
    `${counted(files, 'file', 'files')} ${files === 1 ? 'is' : 'are'} no longer where the ledger knows ${files === 1 ? 'it' : 'them'}`,
  waiting: 'Waiting period in days',
  unused: 'Destroy at once',
  unusedNote: 'Possible only because this version has never encrypted anything.',
  unreadable: (files: number) =>
    `${counted(files, 'file', 'files')} ${files === 1 ? 'becomes' : 'become'} unreadable`,
  readable: (files: number) =>
    `${counted(files, 'file', 'files')} ${files === 1 ? 'stays' : 'stay'} readable`,
  readableWith: (files: number, key: string) =>
    `${counted(files, 'file', 'files')} also with ${key}`,
  moved: (files: number) =>
    `${counted(files, 'file', 'files')} no longer ${files === 1 ? 'needs' : 'need'} it: rewrapped or encrypted again`,
  refused: (times: number, last: string) =>
    `${counted(times, 'use', 'uses')} refused, the last one ${last}: somebody may still need it`,
  noFiles: 'No file that this vault’s ledger knows needs this version.',
  counting: 'Counting the files that need it…',
  counted:
    'Counted from the ledger. Copies and files that it does not list are encrypted with the same key.',
  oldCopies: {
    fact: 'An older copy of the vault’s folder can bring this key back',
    text: 'until the master keys are rotated.',
  },
  typeName: 'Type the name of the key',
  typeNameWrong: 'This is not the name of the key.',
  scheduled: (version: number, when: string) =>
    `Version ${n(version)} will be destroyed on ${when}.`,
  postponed: (version: number) => `Version ${n(version)} is due to be destroyed.`,
  postponedNote:
    'It was not destroyed, because this computer’s clock could not be checked. If the clock is right, destroy it now.',
  destroyNow: 'Destroy now…',
  destroyNowTitle: (key: string, version: number) => `Destroy version ${n(version)} of ${key} now?`,
  destroyNowLead: (due: string, now: string) =>
    `It was due on ${due}. By this computer’s clock it is ${now} now.`,
  destroyed: (key: string, version: number) => `Destroyed: ${key}, version ${n(version)}`,
  period: {
    title: 'Cryptoperiod',
    started: (day: string) => `Started ${day}`,
    ends: (day: string) => `Ends ${day}`,
    length: (days: number, atEnd: string) => `${counted(days, 'day', 'days')}, then: ${atEnd}`,
    dueIn: (days: number) => `Due in ${counted(days, 'day', 'days')}`,
    overdue: 'Overdue',
    seals: 'Near the encryption limit',
  },
  protectedKey: 'Protected against destruction',
  activatesOn: (when: string) => `Becomes active on ${when}.`,
  sinceDay: (day: string) => `since ${day}`,
} as const;
