const whole = new Intl.NumberFormat('en-US');
export const n = (value: number): string => whole.format(value);
/** 1 file, 1,284 files */
export const counted = (value: number, one: string, many: string): string =>
  `${n(value)} ${value === 1 ? one : many}`;

export const common = {
  app: 'Claviger',
  version: (version: string) => `Claviger ${version}`,
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  details: 'Details',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Not copied',
  undo: 'Undo',
  more: 'More',
  tryAgain: 'Try again',
  clearFilter: (name: string) => `Clear the filter ${name}`,
  loading: 'Loading…',
  record: (seq: number) => `Record ${n(seq)}`,
  evaluation: 'EVALUATION',
  never: 'never',
  none: 'none',
  bug: {
    cause: 'Something in Claviger failed.',
    unharmed: 'Your files and keys have not changed.',
    incident: (id: string) => `Incident ${id}.`,
    window: 'Try again. If it fails again, close the window and reopen it.',
  },
  time: {
    today: (clock: string) => `today ${clock}`,
    todayIs: (day: string) => `Today, ${day}`,
    yesterdayWas: (day: string) => `Yesterday, ${day}`,
  },
  keyCaps: {
    enter: 'Enter',
    escape: 'Esc',
    up: '↑',
    down: '↓',
    move: 'move',
    open: 'open',
    lock: 'Ctrl L',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    list: [
      ['Ctrl 1 … 5', 'Overview, Keys, Encrypt & decrypt, Audit, Reports'],
      ['Ctrl ,', 'Settings'],
      ['Ctrl L', 'Lock the vault'],
      ['/', 'Search'],
      ['N', 'New key'],
      ['O', 'Add files'],
      ['Shift O', 'Add a folder'],
      ['R', 'Retry what failed, in the results of a batch'],
      ['↑ ↓', 'Move in a list'],
      ['Enter', 'Open the row of a list, or do what the page is for'],
      ['Esc', 'Back: close the panel, leave the dialog, clear the plan'],
      ['?', 'This list'],
    ],
  },
  rail: {
    label: 'Places',
    overview: 'Overview',
    keys: 'Keys',
    work: 'Encrypt & decrypt',
    audit: 'Audit',
    reports: 'Reports',
    settings: 'Settings',
    lock: 'Lock',
  },
  status: {
    label: 'Status',
    loggedIn: 'logged in',
    tokenGone: 'not responding',
    verified: (records: number) => (records === 1 ? 'record verified' : 'records verified'),
    notVerified: (records: number) => `${counted(records, 'record', 'records')}, not verified yet`,
    verifying: (records: number) => `verifying ${counted(records, 'record', 'records')}`,
    damaged: 'The ledger does not verify',
    verifiedAt: (at: string, since: number) =>
      since === 0 ? `at ${at}` : `at ${at}, ${n(since)} newer`,
    checkpoint: (at: string) => `checkpoint signed ${at}`,
    checkpointOf: (records: number) => `checkpoint over ${counted(records, 'record', 'records')}`,
    inToken: {
      now: 'saved in token',
      later: 'saved in token when locked',
      never: 'no rollback detection',
    },
    unsigned: 'no checkpoint: this token cannot sign',
    inMemory: (keys: number, left: string) =>
      `${counted(keys, 'key', 'keys')} in engine memory, ${left} left`,
    flush: 'Clear',
    flushed: 'Keys cleared from memory',
    locksIn: (left: string) => `locks in ${left}`,
    locksAfterBatch: 'locks after this batch',
    batch: (id: string, percent: number) => `batch ${id}, ${percent} %`,
    locked: 'Locked. No key is in memory.',
    lockedBusy: 'Locked. A batch is still running.',
  },
  thirdParty: {
    fact: 'This copy runs on an unofficial Electron build.',
    text: 'It opens evaluation vaults only.',
    anyToken: 'With --allow-any-token it opens every vault. For tests only.',
  },
} as const;

export const protection = {
  maximum: 'Maximum',
  balanced: 'Balanced',
  fast: 'Fast',
  resident: 'Resident',
} as const;
