import { counted } from './common.ts';

export const start = {
  startFailed: 'Claviger could not start',
  locked: {
    reasons: {
      start: 'Locked since the program was started',
      user: (at: string) => `Locked ${at}, by you`,
      idle: (at: string) => `Locked ${at}, after the set time without input`,
      'system-lock': (at: string) => `Locked ${at}, with the computer`,
      suspend: (at: string) => `Locked ${at}, when the computer went to sleep`,
      'token-removed': (at: string) => `Locked ${at}, because the token was removed`,
      'engine-lost': (at: string) => `Locked ${at}, because the token’s driver stopped working`,
      quit: (at: string) => `Locked ${at}, when the program was closed`,
    },
    otherVault: 'Other vault',
    tokenThere: 'the token is there',
    tokenLooking: 'Looking for the token …',
    tokenGone: (label: string) => `${label} is not there.`,
    tokenGoneNext: 'Connect it; this page notices by itself.',
    ledger: (records: number) => `Ledger, ${counted(records, 'record', 'records')}`,
    ledgerOpened: 'in order when the folder was opened',
    pin: 'Token PIN',
    pinPad: 'Enter the PIN on the token’s own keypad. Claviger never sees it.',
    showPin: 'Show the PIN',
    hidePin: 'Hide the PIN',
    unlock: 'Unlock',
    unlocking: 'Unlocking',
    click: 'Unlock …',
    wrongPin: 'The token did not accept this PIN.',
    wrongPinNote: 'Nothing in the vault has changed.',
    pinStates: {
      'count-low':
        'The token does not say how many. When they run out, it locks itself and its administrator must set a new PIN.',
      'final-try':
        'If it fails, the token locks itself and its administrator must set a new PIN.',
      locked:
        'There were too many wrong PINs. Its administrator sets a new PIN with the maker’s tool. The vault is unharmed.',
      'not-set': 'Its administrator sets one with the maker’s tool.',
    },
    fewTries: 'Few tries are left.',
    lastTry: 'One try is left.',
    tokenLocked: 'The token has locked itself.',
    noPin: 'The token has no PIN.',
    batchRunning: 'A batch goes on behind the lock.',
    batchRunningNote: 'Its files are complete when they appear. Unlock to look at it.',
    evaluation: 'The token is inside this folder: no rollback detection; do not rely on it.',
  },
  damaged: {
    title: 'This vault was not opened',
    folder: 'Folder',
    other: 'Open another vault',
    reveal: 'Show the folder',
  },
} as const;
