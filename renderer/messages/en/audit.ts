import { lastPart } from '../../lib/paths.ts';
import { counted, n } from './common.ts';

type Facts = Readonly<Record<string, string | number | boolean | null>>;
const num = (facts: Facts, name: string): number => {
  const value = facts[name];
  return typeof value === 'number' ? value : 0;
};
const word = (facts: Facts, name: string): string => {
  const value = facts[name];
  return typeof value === 'string' ? value : '';
};
const fileName = (facts: Facts): string => lastPart(word(facts, 'input'));

const kinds: Readonly<Record<string, string>> = {
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  verify: 'verify',
};

const reportKinds: Readonly<Record<string, string>> = {
  activity: 'activity',
  'key-inventory': 'key inventory',
  'key-life': 'one key’s life',
  'batch-receipts': 'receipts of one batch',
  ceremony: 'key ceremony',
  'token-evidence': 'token evidence',
};

interface Act {
  readonly subject: Facts;
  readonly details: Facts;
  readonly key: string;
}
type Sentence = (act: Act) => string;

const lockReasons: Readonly<Record<string, string>> = {
  user: 'by you',
  idle: 'time without input',
  'system-lock': 'with the computer',
  suspend: 'the computer went to sleep',
  'token-removed': 'the token was removed',
  'engine-lost': 'the driver stopped working',
  quit: 'the program was closed',
};

const sentences: Readonly<Record<string, Sentence>> = {
  'vault.create': () => 'Vault created',
  'vault.unlock': () => 'Vault unlocked',
  'vault.lock': ({ details }) => {
    const reason = lockReasons[word(details, 'reason')];
    return reason === undefined ? 'Vault locked' : `Vault locked, ${reason}`;
  },
  'vault.rollback': () => 'Rollback found, only to be looked at from here on',
  'vault.epoch': ({ details }) =>
    `Epoch ${n(num(details, 'epoch'))} begun: ${word(details, 'reason')}`,
  'vault.loss-plan': () => 'Loss of the token: plan recorded',
  'token.login': () => 'PIN entered',
  'token.probe': () => 'Token probed',
  'engine.lost': () => 'Engine lost and started again',
  'key.create': ({ key }) => `Key created, ${key}`,
  'batch.start': ({ details }) =>
    `Batch began: ${kinds[word(details, 'kind')] ?? ''} ${counted(num(details, 'files'), 'file', 'files')}`,
  'batch.end': ({ details }) => `Batch ended, ${n(num(details, 'done'))} done`,
  'batch.resume': () => 'Batch resumed',
  'batch.abandon': ({ details }) => `Batch settled, ${n(num(details, 'settled'))} files`,
  'file.encrypt': ({ subject }) => `Encrypted ${fileName(subject)}`,
  'file.decrypt': ({ subject }) => `Decrypted ${fileName(subject)}`,
  'file.verify': ({ subject }) => `Verified ${fileName(subject)}`,
  'file.skip': ({ subject }) => `Left out ${fileName(subject)}`,
  'file.publish': ({ subject }) => `Output not put in place, ${fileName(subject)}`,
  'file.rename': ({ subject }) => `Output got another name, ${fileName(subject)}`,
  'file.delete-original': ({ subject }) => `Original deleted, ${fileName(subject)}`,
  'seals.reserve': () => 'Seals reserved',
  'settings.change': ({ details }) => `Settings changed: ${Object.keys(details).join(', ')}`,
  'window.unlock': () => 'Window unlocked over a running batch',
  'window.lock': () => 'Window locked over a running batch',
  'window.refused': () => 'Call of the window refused',
  'window.session.flushKeys': () => 'Keys in memory overwritten',
  'window.audit.verify': () => 'Ledger verified',
  'window.batch.export': () => 'Receipts exported',
  'window.session.saveEvidence': () => 'Token evidence page saved',
  'report.export': ({ details }) => `Report exported, ${reportKinds[word(details, 'kind')] ?? ''}`,
  'report.file': ({ subject }) => `Report file written, ${lastPart(word(subject, 'name'))}`,
  'report.cancel': () => 'Export of a report cancelled',
  'report.verify': ({ subject }) => `Report verified, ${lastPart(word(subject, 'name'))}`,
  'checkpoint.write': () => 'Checkpoint written out to be kept',
  'checkpoint.compare': () => 'Kept checkpoint compared with the ledger',
  'checkpoint.timestamp': () => 'Outside timestamp attached',
  'audit.verify': () => 'Ledger verified',
  'audit.view': () => 'Ledger looked at',
  'audit.index': () => 'Search index saved',
  'ledger.torn': () => 'Torn end of the ledger set aside',
  'keystore.roll-forward': () => 'Keystore rolled forward after a crash',
  'keystore.discard': () => 'Unfinished keystore deleted',
  'keystore.migrate': () => 'Keystore brought to the new form',
};

const filterWords: Readonly<Record<string, string>> = {
  'vault.create': 'Vault created',
  'vault.unlock': 'Unlocked',
  'vault.lock': 'Locked',
  'vault.rollback': 'Rollback found',
  'vault.epoch': 'Epoch begun',
  'token.login': 'PIN refused',
  'token.probe': 'Token probed',
  'engine.lost': 'Engine lost',
  'key.create': 'Key created',
  'batch.start': 'Batch began',
  'batch.end': 'Batch ended',
  'batch.resume': 'Batch resumed',
  'batch.abandon': 'Batch settled',
  'file.encrypt': 'File encrypted',
  'file.decrypt': 'File decrypted',
  'file.verify': 'File verified',
  'file.skip': 'File left out',
  'file.publish': 'Output not put in place',
  'file.rename': 'Output renamed',
  'file.delete-original': 'Original deleted',
  'seals.reserve': 'Seals reserved',
  'report.export': 'Report exported',
  'report.file': 'Report file written',
  'report.cancel': 'Report cancelled',
  'report.verify': 'Report verified',
  'checkpoint.write': 'Checkpoint written out',
  'checkpoint.compare': 'Kept checkpoint compared',
  'checkpoint.timestamp': 'Timestamp attached',
  'audit.verify': 'Ledger verified',
  'window.audit.verify': 'Ledger verified (window)',
  'window.session.flushKeys': 'Keys in memory overwritten',
  'window.batch.export': 'Receipts exported',
  'window.session.saveEvidence': 'Token evidence saved',
  'window.refused': 'Call of the window refused',
  'window.lock': 'Window locked over a batch',
  'window.unlock': 'Window unlocked over a batch',
  'settings.change': 'Settings changed',
  'vault.loss-plan': 'Plan for the loss of the token',
  'audit.view': 'Ledger looked at',
  'audit.index': 'Search index saved',
};

export const acts = {
  /** What a record says, as a short sentence; an act without words keeps its own name. */
  sentence: (action: string, act: Act): string => sentences[action]?.(act) ?? action,
  action: (action: string): string => filterWords[action] ?? action,
  failedFiles: (count: number) => `${n(count)} failed`,
  done: 'Done',
  refused: 'Refused',
  failed: 'Failed',
} as const;

export const audit = {
  title: 'Audit',
  verified: (records: number) => `${counted(records, 'record', 'records')} verified`,
  notVerified: 'Not verified yet',
  verifying: 'Verifying',
  damaged: 'Does not verify',
  verifyAgain: 'Verify all again',
  verifyNow: 'Verify all',
  sound: (records: number) => `${counted(records, 'record', 'records')} verified`,
  soundNote: 'The ledger is whole from its first record to its last.',
  findings: (count: number) =>
    `${counted(count, 'finding', 'findings')}. Do not rely on this ledger.`,
  finding: (record: number | null, byte: number | null) =>
    record === null ? (byte === null ? '' : `byte ${n(byte)}`) : `record ${n(record)}`,
  search: 'Search text, file or key',
  time: 'Time',
  times: {
    today: 'Today (UTC)',
    week: 'Last 7 days (UTC)',
    month: 'Last 30 days (UTC)',
    year: 'Last 12 months (UTC)',
  },
  key: 'Key',
  action: 'Action',
  outcome: 'Outcome',
  outcomes: { ok: 'Done', refused: 'Refused', failed: 'Failed' },
  table: 'Records',
  columns: { time: 'Time', who: 'User', what: 'What', outcome: 'Outcome', record: 'Record' },
  marks: { locked: 'Made while locked', interrupted: 'Signed later' },
  shown: (shown: number, all: number) => `${n(shown)} of ${counted(all, 'record', 'records')}`,
  looking: 'Looking at the log is itself a record.',
  refresh: 'Newest',
  noMatch: 'No record fits',
  noMatchNote: 'Nothing in the ledger fits this search and these filters.',
  clearAll: 'Clear search and filters',
  detail: {
    time: 'Time',
    clock: 'Clock',
    user: 'User',
    host: 'Computer',
    program: 'Program',
    token: 'Token',
    noToken: 'none; the vault was locked',
    code: 'Reason',
    key: 'Key',
    about: 'About',
    proof: 'Proof',
    verified: 'Verified',
    leaf: 'Leaf hash',
    leafNote: 'SHA-256 of 0x00 and the exact line (RFC 6962)',
    inTree: (records: number) =>
      `Part of ${counted(records, 'verified record', 'verified records')}`,
    inTreeNote: (at: string) => `Every line was read and hashed at ${at}`,
    signedAt: (records: number) =>
      `Signed with the checkpoint over ${counted(records, 'record', 'records')}`,
    signedBy: {
      ed25519: 'Ed25519, by a key inside the token',
      p256: 'ECDSA P-256, by a key inside the token',
    },
    unsigned: 'No checkpoint covers it',
    marks: {
      locked: 'Made while locked, signed at the next unlock',
      interrupted: 'Made before an interruption or while locked, signed at the next unlock',
      waiting: 'Not signed yet: the next checkpoint covers it',
    },
    after: 'Newer than the last verification',
    notChecked: 'Not verified yet',
    line: 'The exact line',
    copyLine: 'Copy the exact line',
    batch: 'All of this batch',
    sameKey: 'All of this key',
    facts: 'What it says',
  },
} as const;
