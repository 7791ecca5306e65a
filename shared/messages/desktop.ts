import { n } from '../numbers.ts';

/** Texts of the main process: menu, system dialogs, notifications, saved results. */

/** Shown where there is no window yet. */
export const notStarted = {
  title: 'Claviger could not start',
  text: (cause: string, incidents: string) =>
    `${cause}\n\nYour vaults and files have not changed. More is in ${incidents}.`,
} as const;

export const menu = {
  file: '&File',
  addFiles: 'Add files…',
  addFolder: 'Add a folder…',
  createKey: 'Create a key…',
  lock: 'Lock',
  go: '&Go',
  overview: 'Overview',
  keys: 'Keys',
  work: 'Encrypt and decrypt',
  audit: 'Audit',
  reports: 'Reports',
  settings: 'Settings',
  window: '&Window',
} as const;

/** Titles of the system's dialogs for files and folders. */
export const dialogs = {
  openVault: 'Open a vault',
  newVault: 'Choose an empty folder for the vault',
  addFiles: 'Add files',
  addFolder: 'Add a folder',
  outputs: 'Choose a folder for the outputs',
  surveyFiles: 'Choose files to survey',
  surveyFolder: 'Choose a folder to survey',
  evidence: 'Choose a folder for the evidence',
  library: 'Choose a PKCS#11 library',
  report: 'Choose a report, and the previous one',
  checkpointFolder: 'Choose a folder for the checkpoint',
  checkpoint: 'Choose a saved checkpoint',
  timestampReply: 'Choose the reply of a time-stamping authority',
} as const;

export const quitting = {
  title: 'A batch is running.',
  detail: 'Finished files are kept. You can encrypt or decrypt the others later.',
  stay: 'Keep running',
  quit: 'Cancel the batch and quit',
} as const;

/** What was done with a file, by the kind of its batch. */
export const past = {
  encrypt: 'encrypted',
  decrypt: 'decrypted',
  verify: 'verified',
  rewrap: 'rewrapped',
  reencrypt: 're-encrypted',
} as const;

export const batchEnd = {
  interrupted: 'The batch was interrupted',
  ended: 'The batch has ended',
  files: (kind: keyof typeof past, done: number, failed: number) =>
    `${n(done)} files ${past[kind]}, ${n(failed)} failed.`,
} as const;

/** The result of a report's verification, as it is saved. */
export const verdict = {
  genuine: 'THE REPORT IS GENUINE.',
  notGenuine: 'THE REPORT IS NOT GENUINE.',
  file: (name: string, sha256: string) => `${name}, SHA-256 ${sha256}`,
  verified: (at: string) => `verified ${at}`,
  fingerprint: (fingerprint: string | null, signer: string) =>
    `key fingerprint ${fingerprint ?? 'none'}, ${signer}`,
  previous: (name: string) => `previous report ${name}`,
  rendering: (name: string, of: keyof typeof rendered, signature: string | null) =>
    `${name} names ${rendered[of]}${signature === null ? '' : `; ${signature}`}`,
  signature: {
    whole: 'signed by the vault, unchanged',
    other: 'signed by another key',
    broken: 'CHANGED SINCE IT WAS SIGNED',
    none: 'not signed',
  },
  notCompared: 'NOT COMPARED',
  thisVault: 'that of the open vault',
  comparedBy: (user: string, at: string) => `compared by ${user} at ${at}`,
} as const;

const rendered = {
  this: 'this report',
  previous: 'the previous report',
  other: 'another file',
} as const;
