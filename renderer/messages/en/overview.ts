import { counted, n } from '../../../shared/numbers.ts';

export const overview = {
  title: 'Overview',
  encrypt: 'Encrypt files',
  evaluation: {
    fact: 'EVALUATION token.',
    text: 'No rollback detection; do not rely on it. Its files must be encrypted again with a vault on an HSM.',
  },
  attention: 'Needs attention',
  things: (count: number) => counted(count, 'item', 'items'),
  nothing: 'Nothing needs your attention.',
  nothingNote: 'Problems, unfinished batches and keys near their limits appear here.',
  todo: {
    'rolled-back': {
      title: 'This vault differs from its last signed state',
      text: 'You can view and verify it and export evidence. Nothing can be changed until you resolve this.',
    },
    finding: {
      act: 'Show the record',
      kinds: {
        'no-lock': {
          title: 'Claviger was not locked last time',
          text: 'The program or the computer was interrupted. All records are intact. Check for an unfinished batch.',
        },
        'lock-unsigned': {
          title: 'The last lock was not signed',
          text: 'The token did not answer when the vault was locked. All records are intact. Check that they are all yours.',
        },
        'anchor-foreign': {
          title: 'The token holds a checkpoint that this vault did not sign',
          text: 'This vault’s key did not sign it, so it was not used. Somebody else may write to this token.',
        },
        'checkpoint-foreign': {
          title: 'The folder holds a checkpoint that this vault did not sign',
          text: 'This vault’s key did not sign it, so it was not used. Files in the folder may have been replaced.',
        },
        'checkpoint-missing': {
          title: 'The signed checkpoint was missing from the folder',
          text: 'The token’s own copy matches the ledger, and a new checkpoint was signed.',
        },
        'token-twin': {
          title: 'This vault was opened with a different token',
          text: 'Its keys are the same. If you know of no second token, find out where this one comes from.',
        },
        'library-updated': {
          title: 'The token’s PKCS#11 library was replaced',
          text: 'The token was tested again; the record of that test has the results.',
        },
        'key-missing': {
          title: 'The token does not hold every resident key',
          text: 'Files encrypted with a missing key cannot be decrypted. Settings, Module and token, compares all objects.',
        },
        'vault-met': {
          title: 'This computer met this vault for the first time',
          text: 'Compare the fingerprint of its key with one that you received in another way. This computer remembers it from now on.',
        },
      },
      other: {
        title: 'Something was found at unlock',
        text: 'The record of the unlock says what.',
      },
    },
    'ledger-damaged': {
      title: 'The ledger does not verify',
      text: 'Look at the findings before anything else is done with this vault.',
      act: 'Show findings',
    },
    'pin-tries': {
      low: 'Few PIN tries are left',
      final: 'One PIN try is left',
      text: 'When they run out, the token locks itself and its administrator must set a new PIN.',
    },
    'pins-refused': {
      title: (tries: number) =>
        `${counted(tries, 'wrong PIN was', 'wrong PINs were')} entered in the last 7 days`,
      text: 'If it was not you, find out who has access to this computer and the token.',
      act: 'Show records',
    },
    'files-failed': {
      title: (files: number) =>
        `${counted(files, 'file', 'files')} could not be verified or decrypted in the last 7 days`,
      text: 'They may be damaged. Restore them from a backup and verify again.',
      act: 'Show records',
    },
    'setting-weak': {
      titles: {
        autoLockMinutes: (minutes: number) =>
          `The vault locks only after ${counted(minutes, 'minute', 'minutes')} of inactivity`,
        lockWithSystem: () => 'The vault does not lock with the computer',
        cacheIdleMinutes: (minutes: number) =>
          `Unused keys stay in memory for ${counted(minutes, 'minute', 'minutes')}`,
        cacheMinutes: (minutes: number) =>
          `Keys stay in memory for up to ${counted(minutes, 'minute', 'minutes')}`,
      },
      text: 'This is weaker than the default.',
      act: 'Show settings',
    },
    'key-compromised': {
      title: (name: string, files: number) =>
        `${counted(files, 'file is', 'files are')} still encrypted with ${name}, a compromised key`,
      text: 'Rotation does not help: anyone who had the key has the file keys. Re-encrypt the files.',
      act: 'Show key',
    },
    'key-rotation': {
      titles: {
        due: (name: string, day: string) => `${name} is due for rotation by ${day}`,
        overdue: (name: string, day: string) => `${name} is overdue for rotation since ${day}`,
      },
      text: 'That is when the cryptoperiod of its newest version ends.',
      act: 'Show key',
    },
    'key-destruction': {
      scheduled: (name: string, version: number, day: string) => ({
        title: `Version ${n(version)} of ${name} will be destroyed`,
        text: `On ${day}. Until then you can cancel.`,
      }),
      postponed: (name: string, version: number) => ({
        title: `Version ${n(version)} of ${name} is due to be destroyed`,
        text: 'This computer’s clock could not be checked: confirm it.',
      }),
      act: 'Show key',
    },
    'key-seals': {
      title: (name: string, percent: number) =>
        `${name} has reached ${percent} % of its encryption limit`,
      text: 'At the limit this version stops encrypting. Rotate it before then.',
      act: 'Show key',
    },
    'batch-unfinished': {
      title: (files: number) => `A batch of ${counted(files, 'file', 'files')} is unfinished`,
      text: 'Finished files are complete. Resume it or discard the rest.',
      act: 'Show',
    },
    'no-loss-plan': {
      title: 'There is no plan for losing the token',
      text: 'It holds the only masters of this vault. Back it up with its vendor’s tool, or add a recovery key.',
    },
    'no-keys': {
      title: 'There is no key yet',
      text: 'Create a key to start encrypting files.',
      act: 'Create key',
    },
    'not-verified': {
      title: 'The ledger has not been fully verified recently',
      text: 'It takes a moment and changes nothing.',
      act: 'Verify now',
    },
  },
  token: 'Token',
  profile: 'Profile',
  loggedIn: 'logged in',
  since: (at: string) => `since ${at}`,
  proven: 'Both master keys verified',
  tokenGone: 'not responding',
  library: 'Library unchanged since the test',
  ledger: 'Ledger',
  verifyAgain: 'Verify all again',
  verifyNow: 'Verify all',
  verifying: 'Verifying every record',
  verified: (records: number) => (records === 1 ? 'record verified' : 'records verified'),
  notVerified: 'Not verified yet',
  damaged: 'The ledger does not verify',
  checkpoint: 'Newest checkpoint signed',
  noDetection: 'No rollback detection',
  newer: (records: number) => `${counted(records, 'record', 'records')} since then`,
  activity: 'Files per day, last 30 days',
  encrypted: 'Encrypted',
  decrypted: 'Decrypted',
  someFailed: 'Some failed',
  chart: (from: string, to: string, encrypted: number, decrypted: number, failing: number) =>
    `Files per day, ${from} to ${to}: ${n(encrypted)} encrypted, ${n(decrypted)} decrypted, ` +
    (failing === 0 ? 'no failures' : `failures on ${counted(failing, 'day', 'days')}`),
  asTable: 'Show as table',
  asChart: 'Show as chart',
  day: 'Day',
  failed: 'Failed',
  noActivity: 'No files in the last 30 days.',
  keysByState: 'Keys by state',
  allKeys: (count: number) => `All ${counted(count, 'key', 'keys')}`,
  recent: 'Recent activity',
  toAudit: 'Audit',
} as const;
