import { counted, n } from '../../../shared/numbers.ts';

const range = (first: number, last: number): string =>
  first === last ? `Record ${n(first)}` : `Records ${n(first)} to ${n(last)}`;

export const rollback = {
  readOnly: 'Read-only until you resolve the missing records: nothing can be recorded.',
  badge: 'Read-only',
  undecided: 'Nothing can be changed until you resolve this.',
  decide: 'Resolve…',
  alarm: {
    rollback: {
      token: 'The ledger is older than the checkpoint in the token',
      folder: 'The ledger is older than its signed checkpoint',
    },
    edited: 'The ledger is not the one that was signed',
    fork: 'The ledger was forked',
    'anchor-missing': 'The token’s checkpoint of this vault is missing',
    'checkpoint-missing': 'The signed checkpoint is missing',
    'epoch-unsigned': 'The start of this ledger was never signed',
    other: 'This vault differs from its last signed state',
  },
  missing: (count: number) =>
    `${counted(count, 'record is', 'records are')} missing from this vault`,
  titles: {
    rollback: 'This is an older state of the vault',
    edited: 'Records were changed after they were signed',
    fork: 'Two histories of this vault were signed',
    'anchor-missing': 'The token’s checkpoint of this vault is missing',
    'checkpoint-missing': 'The checkpoint of this vault is missing',
    'epoch-unsigned': 'This ledger was started without a signature',
    other: 'This vault differs from its last signed state',
  },
  leads: {
    rollback: (token: string) =>
      `The last signed checkpoint of this vault, stored in ${token}, is newer than the folder on the disk. Usually a backup was restored. It can also mean that somebody is hiding something.`,
    edited: () =>
      'The ledger on the disk does not lead to the root that the token signed for as many records. Somebody or something has changed, removed or inserted records.',
    fork: () =>
      'The token signed two different ledgers of the same length. Usually a copy of the folder was used at the same time as this one.',
    'anchor-missing': (token: string) =>
      `The ledger records that the newest checkpoint was stored in ${token}. It is missing, so nothing shows whether the folder is the newest state.`,
    'checkpoint-missing': () =>
      'The ledger records a signed checkpoint. It is missing, so nothing shows whether the folder is the newest state.',
    'epoch-unsigned': () =>
      'A new epoch is in force only once its first checkpoint is signed. There is none for this one.',
    other: () => 'It was found at an earlier unlock and has not been resolved since.',
  },
  remembers: {
    token: (token: string) => `In ${token}`,
    folder: 'The signed checkpoint says',
    nothing: 'Nothing signed was found',
    nothingNote:
      'Neither the token nor the folder holds a checkpoint that this vault’s key signed.',
  },
  holds: 'This vault holds',
  records: (count: number) => (count === 1 ? 'record' : 'records'),
  signed: 'Signed',
  signedBy: (curve: 'ed25519' | 'p256') =>
    `by this vault’s key, ${curve === 'ed25519' ? 'Ed25519' : 'ECDSA P-256'}, valid`,
  epoch: 'Epoch',
  last: 'Last record',
  none: 'none',
  root: 'Root',
  means: 'What this means',
  confirmed: (count: number) =>
    count === 1
      ? 'Record 1 leads to a signed checkpoint'
      : `${range(1, count)} lead to a signed checkpoint`,
  unconfirmed: (first: number, last: number) =>
    `${range(first, last)} ${first === last ? 'is' : 'are'} not covered by it.`,
  noneConfirmed: 'No record leads to a signed checkpoint',
  notHere: (first: number, last: number) =>
    `${range(first, last)} ${first === last ? 'is' : 'are'} not here`,
  notHereNote: (at: string) =>
    `Made after ${at}. This vault does not know the keys, files and settings in them.`,
  foundNote: (at: string) => `Found ${at}; the finding is the last record of this ledger.`,
  unharmed: 'No key was used and no file decrypted',
  unharmedNote:
    'Encrypted files can be opened again once this is resolved. Until then you can view, verify and export.',
  todo: 'What to do',
  look: '1. Look for the newer vault folder.',
  lookNote: 'Another disk, a sync conflict, the backup’s source. If you find it, open that one.',
  lookAct: 'Open another vault folder…',
  keep: '2. Save the evidence.',
  keepNote: 'The ledger, both checkpoints and the key that checks them, verifiable elsewhere.',
  keepAct: 'Export evidence…',
  kept: (files: number) => `${counted(files, 'file', 'files')} written`,
  only: '3. If there is no newer folder: accept and continue.',
  onlyNote: (epoch: number) =>
    `Starts epoch ${n(epoch)} with both heads and your reason. The old files are kept.`,
  onlyAct: 'Accept and continue…',
  work: {
    title: 'No files while read-only',
    text: 'Encrypting, decrypting and verifying files could not be recorded, so they are not done.',
  },
  reports: {
    fact: 'No reports can be exported while read-only.',
    text: 'A report would have to be signed and recorded. You can still verify earlier reports and compare a saved checkpoint.',
  },
  settings: 'These settings are changed only on record, and nothing is recorded while read-only.',
  token: 'not logged in',
  tokenNote: 'No key can be used',
  held: (missing: number) => (missing === 0 ? 'records' : `records, ${n(missing)} missing`),
  noCheckpoint: 'no checkpoint is signed while read-only',
  noKey: 'no key in memory',
  accept: {
    title: (epoch: number) => `Accept and start epoch ${n(epoch)}`,
    lead: 'The missing records are lost. This cannot be undone.',
    lost: (first: number, last: number) => `${range(first, last)} will be lost`,
    lostNote:
      'Keys that were created in them are not in this vault: files encrypted with such a key cannot be decrypted here.',
    unknown: 'What happened before stays unknown',
    unknownNote: 'Nobody can say later from this vault alone what it was.',
    kept: 'The old ledger is set aside and kept',
    keptNote: (epoch: number) =>
      `As ledger.epoch-${epoch}.jsonl in the vault’s folder. It is never signed again.`,
    newer: 'A newer folder that turns up later can only be read',
    newerNote: 'The two histories are never joined.',
    reason: 'What happened',
    reasonHint: 'For those who read the ledger. It becomes part of its first record.',
    reasonMissing: 'Say what happened, as far as you know.',
    pinMissing: 'Enter the PIN of the token.',
    note: 'Recorded: both heads, the findings, your reason.',
    go: (epoch: number) => `Start epoch ${n(epoch)}`,
    done: (epoch: number) => `Epoch ${n(epoch)} has started`,
  },
} as const;
