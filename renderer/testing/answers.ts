import type { AppState, VaultInfo } from '../../shared/contract/app.ts';
import type { AuditRow } from '../../shared/contract/audit.ts';
import type { KeyRow } from '../../shared/contract/keys.ts';
import type { Exported, PastReport, Preview } from '../../shared/contract/reports.ts';
import type { Session } from '../../shared/contract/session.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { Profile, Masters } from '../../shared/contract/token.ts';
import type { Batch, Item, Plan, ReceiptRow } from '../../shared/contract/work.ts';
import type { BatchId, KeyId } from '../../shared/ids.ts';
import type { FakeCalls } from './fake-bridge.ts';

/** What a main process might answer, for tests that look at something else. */

export const id = (digit: string): string => digit.repeat(32);
export const noon = '2026-11-20T12:00:00.000Z';

export const settings: Settings = {
  theme: 'system',
  contrast: 'system',
  motion: 'system',
  textSize: 100,
  rows: 'comfortable',
  autoLockMinutes: 10,
  lockWithSystem: true,
  batchWhileLocked: 'finish',
  cacheIdleMinutes: 5,
  cacheMinutes: 15,
  conflict: 'keep-both',
  outputFolder: null,
};

export const vaultInfo: VaultInfo = {
  id: id('a'),
  name: 'Finance archive',
  path: '/srv/Finance archive',
  created: noon,
  evaluation: false,
  records: 12,
  token: { label: 'hsm-prod-2', serial: '5B02', inVault: false },
};

export const profile: Profile = {
  token: { label: 'claviger-eval', serial: '5B02', model: 'SoftHSM v2', manufacturer: 'SoftHSM' },
  library: { path: '/usr/lib/softhsm.so', version: '2.6', sha256: id('c').repeat(2) },
  evaluationOnly: true,
  pairs: [{ custody: 'hsm-only', bulk: 'host', carried: true, reason: '' }],
  hardRequirements: [],
  workarounds: [],
  findings: [],
  segmentSize: 262_144,
  maxSessions: null,
  workers: 2,
  anchor: 'none',
  signs: 'none',
  pinPad: false,
  took: 600,
  probed: noon,
};

export const session: Session = {
  token: {
    label: 'hsm-prod-2',
    serial: '5B02',
    model: 'NT-700',
    manufacturer: 'Halden',
    firmware: '7.4',
    present: true,
    pinState: 'ok',
  },
  evaluation: false,
  pinNeeded: null,
  unlockedAt: noon,
  ledger: {
    records: 12,
    root: id('b').repeat(2),
    verification: { state: 'none', records: 0, at: null },
    checkpoint: { records: 12, at: noon, inToken: 'now' },
  },
  cachedKeys: [],
  locksAt: noon,
  waitingDays: 7,
  batch: null,
  user: 'officer',
  host: 'desk',
};

export const keyRow = (name: string, digit: string, more: Partial<KeyRow> = {}): KeyRow => ({
  id: id(digit) as KeyId,
  name,
  custody: 'hsm-only',
  bulk: 'host',
  state: 'active',
  version: 1,
  kcv: '878d33',
  created: noon,
  activated: noon,
  activates: null,
  periodDays: null,
  atPeriodEnd: 'warn',
  protected: false,
  rotation: null,
  periodEnds: null,
  files: 3,
  lastUsed: null,
  ...more,
});

export const auditRow = (seq: number, action: string): AuditRow => ({
  seq,
  time: noon,
  user: 'officer',
  host: 'desk',
  action,
  outcome: 'ok',
  code: null,
  keyName: null,
  subject: {},
  details: {},
  mark: null,
});

export const item = (name: string, more: Partial<Item> = {}): Item => ({
  id: id(name.charCodeAt(0).toString(16).charAt(1)),
  name,
  path: `/home/officer/${name}`,
  folder: false,
  files: 1,
  encrypted: 0,
  bytes: 1000,
  ...more,
});

export const plan = (more: Partial<Plan> = {}): Plan => ({
  fates: [],
  id: id('9'),
  kind: 'encrypt',
  files: 12,
  folders: 2,
  bytes: 4_000_000,
  conflicts: 0,
  skipped: 0,
  failed: 0,
  space: { needed: 4_000_000, free: 9_000_000_000 },
  trash: true,
  refusal: null,
  ...more,
});

export const batch = (more: Partial<Batch> = {}): Batch => ({
  id: id('e') as BatchId,
  kind: 'encrypt',
  state: 'running',
  failure: null,
  keys: [],
  files: 12,
  filesDone: 3,
  bytes: 4_000_000,
  bytesDone: 1_000_000,
  done: 3,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  originals: null,
  started: noon,
  ended: null,
  rate: 500_000,
  secondsLeft: 6,
  active: [],
  outputFolder: null,
  ...more,
});

export const receipt = (name: string, more: Partial<ReceiptRow> = {}): ReceiptRow => ({
  name,
  folder: '/home/officer',
  output: `/home/officer/${name}.clv`,
  outcome: 'done',
  reason: null,
  bytes: 1000,
  digest: null,
  key: null,
  version: null,
  originalDeleted: null,
  ...more,
});

export const preview = (more: Partial<Preview> = {}): Preview => ({
  range: { first: 3, last: 12 },
  counts: { searched: 10, included: 10, omitted: 0 },
  from: noon,
  to: noon,
  receipts: 4,
  users: 2,
  knownUsers: ['officer', 'auditor'],
  sizes: { json: 24_000, csv: 9_000, pdf: { pages: 5, bytes: 95_000 }, mostOnPaper: 58_000 },
  signsPdf: true,
  opening: true,
  previous: null,
  timestamps: 0,
  limits: ['It proves nothing about what happened after its closing checkpoint.'],
  refusal: null,
  ...more,
});

const sha256 = id('c').repeat(2);

export const exported = (more: Partial<Exported> = {}): Exported => ({
  record: 13,
  counts: { searched: 10, included: 10, omitted: 0 },
  range: { first: 3, last: 12 },
  size: 13,
  fingerprint: id('f').repeat(2),
  files: [{ id: id('7'), format: 'json', path: '/srv/a/activity.json', bytes: 24_100, sha256 }],
  ...more,
});

export const pastReport = (more: Partial<PastReport> = {}): PastReport => ({
  record: 13,
  kind: 'activity',
  made: noon,
  user: 'officer',
  filter: {},
  range: { first: 3, last: 12 },
  counts: { searched: 10, included: 10, omitted: 0 },
  cancelled: false,
  files: exported().files.map((file) => ({ ...file, present: true })),
  ...more,
});

export const appState = (screen: AppState['screen']): AppState => ({
  version: '0.1.0',
  platform: 'linux',
  runtime: { electron: '33', chromium: '130', official: true, anyToken: true },
  screen,
  settings,
});

export const masters: Masters = {
  ...{ created: noon, vaultName: 'vault', wrapped: 3, resident: 1, inVault: false },
};

/** An unlocked vault with two keys, in which nothing goes on. */
export const openVault: FakeCalls = {
  'app.state': () => appState({ screen: 'open', vault: vaultInfo, rollback: null }),
  'session.status': () => session,
  'session.lock': () => null,
  'token.masters': () => masters,
  'keys.list': () => [keyRow('Contracts', '1', { lastUsed: noon }), keyRow('Payroll', '2')],
  'keys.options': () => [
    { custody: 'hsm-only', bulk: 'token', carried: false, reason: 'It has no key wrap.' },
    { custody: 'hsm-only', bulk: 'host', carried: true, reason: '' },
    { custody: 'hsm-wrapped', bulk: 'host', carried: true, reason: '' },
  ],
  'draft.get': () => ({ items: [] }),
  'batch.current': () => null,
  'batch.dismiss': () => null,
  'batch.unfinished': () => [],
  'audit.actions': () => ['key.create', 'file.encrypt'],
  'batch.recent': () => [],
  'reports.preview': () => preview(),
  'overview.get': () => ({
    session,
    keysByState: [],
    keys: 2,
    activity: [],
    attention: [],
    recent: [],
  }),
};
