import * as v from 'valibot';
import { type Action, isAction } from '../../../shared/actions.ts';
import { actionName } from '../../../shared/messages/actions.ts';
import { kindNames } from '../../../shared/messages/reports/document.ts';
import { settingChanges } from '../../../shared/messages/setting-changes.ts';
import { lastPart } from '../../lib/paths.ts';
import { counted, n } from '../../../shared/numbers.ts';

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

const kindName = (kind: string): string =>
  Object.entries(kindNames).find(([name]) => name === kind)?.[1] ?? kind;

const kinds: Readonly<Record<string, string>> = {
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  verify: 'verify',
  rewrap: 'rewrap',
  reencrypt: 're-encrypt',
};

/** Facts that are no plain value come as their JSON text. */
const json = v.pipe(v.string(), v.parseJson());
const parsed = (facts: Facts): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => {
      const value = v.safeParse(json, fact);
      return [name, value.success ? value.output : fact];
    }),
  );

interface Act {
  readonly subject: Facts;
  readonly details: Facts;
  readonly key: string;
}
type Sentence = (act: Act) => string;

const lockReasons: Readonly<Record<string, string>> = {
  user: 'by you',
  idle: 'after inactivity',
  'system-lock': 'with the computer',
  suspend: 'the computer went to sleep',
  'token-removed': 'the token was removed',
  'engine-lost': 'the driver stopped working',
  quit: 'the program was closed',
};

const sentences: Readonly<Record<Action, Sentence>> = {
  'vault.create': () => 'Vault created',
  'vault.unlock': () => 'Vault unlocked',
  'vault.lock': ({ details }) => {
    const reason = lockReasons[word(details, 'reason')];
    return reason === undefined ? 'Vault locked' : `Vault locked, ${reason}`;
  },
  'vault.rollback': () => 'Rollback found, vault is read-only',
  'vault.epoch': ({ details }) =>
    `Epoch ${n(num(details, 'epoch'))} started: ${word(details, 'reason')}`,
  'vault.loss-plan': () => 'Plan for a lost token recorded',
  'vault.waiting-period': ({ details }) =>
    `Waiting period of destructions set to ${counted(num(details, 'after'), 'day')}`,
  'token.login': () => 'PIN entered',
  'token.probe': () => 'Token tested',
  'token.pin-start': () => 'Change of the PIN started',
  'token.pin': () => 'PIN changed',
  'token.reconcile': () => 'Token compared with the keystore',
  'token.remove': ({ subject }) => `Object removed from the token, ${word(subject, 'label')}`,
  'engine.lost': () => 'Engine lost and restarted',
  'key.create': ({ key }) => `Key created, ${key}`,
  'key.activate': ({ key }) => `Key activated, ${key}`,
  'key.rotate': ({ subject, key }) =>
    `Key rotated to version ${n(num(subject, 'version'))}, ${key}`,
  'key.suspend': ({ key }) => `Key suspended, ${key}`,
  'key.resume': ({ key }) => `Key resumed, ${key}`,
  'key.deactivate': ({ key }) => `Key deactivated, ${key}`,
  'key.compromise': ({ key }) => `Key marked as compromised, ${key}`,
  'key.protect': ({ key }) => `Key protected against destruction, ${key}`,
  'key.unprotect': ({ key }) => `Protection against destruction removed, ${key}`,
  'key.period': ({ key }) => `Cryptoperiod set, ${key}`,
  'key.schedule-destroy': ({ subject, key }) =>
    `Destruction of version ${n(num(subject, 'version'))} scheduled, ${key}`,
  'key.cancel-destroy': ({ subject, key }) =>
    `Destruction of version ${n(num(subject, 'version'))} cancelled, ${key}`,
  'key.postpone-destroy': ({ subject, key }) =>
    `Destruction of version ${n(num(subject, 'version'))} waits for a confirmation, ${key}`,
  'key.destroy': ({ subject, key }) => `Version ${n(num(subject, 'version'))} destroyed, ${key}`,
  'key.remove-object': ({ subject, key }) =>
    `Object of version ${n(num(subject, 'version'))} removed from the token, ${key}`,
  'master.rotate-start': () => 'Rotation of the master keys started',
  'master.rotate': ({ details }) =>
    `Master keys rotated, ${counted(num(details, 'versions'), 'version of a key', 'versions of keys')} wrapped again`,
  'master.rotate-undo': () => 'Rotation of the master keys undone',
  'master.destroy': () => 'Old master keys destroyed',
  'master.compromise': ({ details }) =>
    `Master keys compromised, and with them ${counted(num(details, 'versions'), 'version of a key', 'versions of keys')}`,
  'batch.start': ({ details }) =>
    `Batch started: ${kinds[word(details, 'kind')] ?? ''} ${counted(num(details, 'files'), 'file', 'files')}`,
  'batch.end': ({ details }) => `Batch ended, ${n(num(details, 'done'))} done`,
  'batch.retry': ({ details }) =>
    `Batch retried: ${counted(num(details, 'files'), 'file', 'files')}`,
  'batch.resume': () => 'Batch resumed',
  'batch.abandon': () => 'Unfinished batch discarded',
  'batch.refuse': ({ key }) => `Batch refused because of the state of its key, ${key}`,
  'batch.survey': ({ details }) => `Surveyed ${counted(num(details, 'files'), 'file', 'files')}`,
  'file.encrypt': ({ subject }) => `Encrypted ${fileName(subject)}`,
  'file.decrypt': ({ subject }) => `Decrypted ${fileName(subject)}`,
  'file.verify': ({ subject }) => `Verified ${fileName(subject)}`,
  'file.rewrap': ({ subject }) => `Rewrapped ${fileName(subject)}`,
  'file.reencrypt': ({ subject }) => `Re-encrypted ${fileName(subject)}`,
  'file.skip': ({ subject }) => `Skipped ${fileName(subject)}`,
  'file.publish': ({ subject }) => `Output not saved, ${fileName(subject)}`,
  'file.rename': ({ subject }) => `Output renamed, ${fileName(subject)}`,
  'file.delete-original': ({ subject }) => `Original deleted, ${fileName(subject)}`,
  'seals.reserve': () => 'Seals reserved',
  'settings.change': ({ details }) =>
    `Settings changed: ${settingChanges(parsed(details)).join(', ')}`,
  'window.unlock': () => 'Unlocked while a batch was running',
  'window.lock': () => 'Locked while a batch was running',
  'window.refused': () => 'Call from the window refused',
  'window.session.flushKeys': () => 'Keys cleared from memory',
  'window.audit.verify': () => 'Ledger verified',
  'window.batch.export': () => 'Receipts exported',
  'window.session.saveEvidence': () => 'Token evidence page saved',
  'report.export': ({ details }) => `Report exported: ${kindName(word(details, 'kind'))}`,
  'report.file': ({ subject }) => `Report file written, ${lastPart(word(subject, 'name'))}`,
  'report.cancel': () => 'Export of a report cancelled',
  'report.verify': ({ subject }) => `Report verified, ${lastPart(word(subject, 'name'))}`,
  'checkpoint.write': () => 'Checkpoint saved',
  'checkpoint.compare': () => 'Saved checkpoint compared with the ledger',
  'checkpoint.timestamp': () => 'Outside timestamp attached',
  'audit.verify': () => 'Ledger verified',
  'audit.view': () => 'Ledger viewed',
  'audit.index': () => 'Search index saved',
  'ledger.summary': () => 'Ledger summarised for faster opening',
  'ledger.torn': () => 'Incomplete last record set aside',
  'keystore.roll-forward': () => 'Keystore completed after a crash',
  'keystore.discard': () => 'Unfinished keystore deleted',
  'keystore.migrate': () => 'Keystore upgraded',
};

export const acts = {
  /** What a record says, as a short sentence; what another version wrote keeps its own name. */
  sentence: (action: string, act: Act): string =>
    isAction(action) ? sentences[action](act) : action,
  action: actionName,
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
  soundNote: 'The ledger is complete and unchanged.',
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
  looking: 'Viewing the log is recorded.',
  refresh: 'Show latest',
  noMatch: 'No matching records',
  noMatchNote: 'Nothing in the ledger matches your search and filters.',
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
    facts: 'Contents',
  },
} as const;
