import type { AppState, Screen, VaultInfo } from '../../shared/contract/app.ts';
import type { AuditRow } from '../../shared/contract/audit.ts';
import type { Session } from '../../shared/contract/session.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { Batch, Draft, ReceiptRow } from '../../shared/contract/work.ts';
import { Failure, toFailureData } from '../../shared/failure.ts';
import { FakeBridge } from '../lib/fake-bridge.ts';
import { demoKeys, demoModules, demoProfile, hex, pairs } from './demo-data.ts';

const iso = (minutesAgo: number): string =>
  new Date(Date.now() - minutesAgo * 60_000).toISOString();

const RECORDS = 1_249_496;

const settings: Settings = {
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

const vaultOf = (scene: URLSearchParams): VaultInfo => ({
  id: hex('vault'),
  name: 'Finance archive',
  path: '/srv/vaults/Finance archive',
  created: iso(60_000),
  evaluation: scene.has('evaluation'),
  records: RECORDS,
  token: { label: 'hsm-prod-2', serial: '5B02C41977', inVault: scene.has('evaluation') },
});

const session = (scene: URLSearchParams, batch: Batch | null): Session => ({
  token: {
    label: 'hsm-prod-2',
    serial: '5B02C41977',
    model: 'NT-700',
    manufacturer: 'Halden',
    firmware: '7.4.2',
    present: true,
    pinState: 'ok',
  },
  evaluation: scene.has('evaluation'),
  unlockedAt: iso(35),
  ledger: {
    records: RECORDS,
    root: `${hex('root-a')}${hex('root-b')}`,
    verification: scene.has('unverified')
      ? { state: 'none', records: 0, at: null }
      : { state: 'sound', records: RECORDS, at: iso(4) },
  },
  cachedKeys: demoKeys.slice(0, 2).map(({ id, name, version }) => ({
    id,
    name,
    version,
    since: iso(3),
    lastUsed: iso(1),
    until: iso(-12),
  })),
  locksAt: iso(-9.7),
  batch: batch?.id ?? null,
  pinNeeded: scene.has('pin')
    ? toFailureData(
        new Failure('engine-lost', 'The token’s driver stopped working and was started again.', {
          unharmed: 'Nothing is lost.',
          next: 'Enter the PIN once; the batch goes on at file 605.',
        }),
      )
    : null,
  user: 'ines.okafor',
  host: 'FIN-W-014',
});

const acts: readonly (readonly [string, AuditRow['outcome'], Partial<AuditRow>])[] = [
  ['batch.end', 'ok', { details: { done: 1282, failed: 2, skipped: 4, cancelled: 0 } }],
  ['file.encrypt', 'failed', { subject: { input: '/x/Tender minutes 14.pdf' }, code: 'io' }],
  ['batch.start', 'ok', { details: { kind: 'encrypt', files: 1284 } }],
  ['key.create', 'ok', { keyName: 'Contracts 2026', subject: { key: demoKeys[1]?.id ?? '' } }],
  ['vault.unlock', 'ok', {}],
  ['token.login', 'refused', { code: 'pin-incorrect' }],
  ['vault.lock', 'ok', { details: { reason: 'idle' } }],
  ['audit.verify', 'ok', {}],
  ['file.decrypt', 'ok', { subject: { input: '/x/Payroll October.xlsx.clv' } }],
];

const rowAt = (seq: number): AuditRow => {
  const back = RECORDS - seq;
  const [action, outcome, more] = acts[back % acts.length] ?? ['vault.unlock', 'ok', {}];
  return {
    seq,
    time: iso(4 + back * 37),
    user: ['ines.okafor', 'yuki.tanabe', 'priya.raman'][back % 3] ?? '',
    host: 'FIN-W-014',
    action,
    outcome,
    code: null,
    keyName: null,
    subject: {},
    details: {},
    ...more,
  };
};

const draft: Draft = {
  items: [
    { name: 'Contracts Q3', folder: true, files: 902, bytes: 11_200_000_000 },
    { name: 'Annexes and scans', folder: true, files: 377, bytes: 7_100_000_000 },
    { name: 'Framework agreement Nordwind.pdf', folder: false, files: 1, bytes: 184_000_000 },
    { name: 'Price list 2026.xlsx', folder: false, files: 1, bytes: 2_400_000 },
    { name: 'Read me.txt', folder: false, files: 1, bytes: 4100 },
  ].map((item) => ({
    ...item,
    id: hex(item.name),
    path: `/home/ines/Documents/${item.name}`,
    encrypted: item.folder ? 2 : 0,
  })),
};

const receipts: readonly ReceiptRow[] = Array.from({ length: 1288 }, (_, index) => {
  const failed = index < 2;
  const skipped = index >= 2 && index < 6;
  const name = failed
    ? (['Negotiation notes.docx', 'Tender minutes 14.pdf'][index] ?? '')
    : skipped
      ? (['latest', 'shared templates', 'archive-old', 'scanner0'][index - 2] ?? '')
      : `0${index} scan ${index % 7 === 0 ? 'complete' : 'annex'}.tiff`;
  return {
    name,
    folder: '/home/ines/Documents/Contracts Q3/Møller',
    output: failed || skipped ? null : `/home/ines/Documents/Contracts Q3/Møller/${name}.clv`,
    outcome: failed ? 'failed' : skipped ? 'skipped' : 'done',
    reason: failed
      ? toFailureData(
          new Failure('source-changed', 'The file changed while it was being read.', {
            next: 'Close it in the other program, then retry.',
          }),
        )
      : skipped
        ? toFailureData(
            new Failure('symlink', 'This is a symbolic link; links are not followed.', {
              next: 'Add what it points to.',
            }),
          )
        : null,
    bytes: 640_000 + index * 31_000,
    sha256: failed || skipped ? null : `${hex(name)}${hex(`${name}2`)}`,
    key: failed || skipped ? null : (demoKeys[1]?.id ?? null),
    version: failed || skipped ? null : 3,
    originalDeleted: null,
  } satisfies ReceiptRow;
});

const batchOf = (state: Batch['state']): Batch => {
  const running = state === 'running';
  const key = demoKeys[1];
  return {
    id: hex('batch') as Batch['id'],
    kind: 'encrypt',
    state,
    failure: null,
    keys: key ? [{ id: key.id, name: key.name, version: key.version }] : [],
    files: 1284,
    filesDone: running ? 605 : 1284,
    bytes: 18_600_000_000,
    bytesDone: running ? 8_600_000_000 : 18_500_000_000,
    done: running ? 604 : 1282,
    failed: running ? 1 : 2,
    skipped: 4,
    cancelled: 0,
    started: iso(12),
    ended: running ? null : iso(4.2),
    rate: running ? 41_000_000 : null,
    secondsLeft: running ? 245 : null,
    active: running
      ? [
          { name: '0417 scan complete.tiff', size: 512_000_000, bytesDone: 327_000_000 },
          { name: '0418 annex B.tiff', size: 498_000_000, bytesDone: 154_000_000 },
        ].map((file) => ({ ...file, folder: '/home/ines/Documents/Contracts Q3/Nordwind' }))
      : [],
    outputFolder: null,
  };
};

const screenOf = (scene: URLSearchParams): Screen => {
  const vault = vaultOf(scene);
  switch (scene.get('screen')) {
    case 'first-run':
      return { screen: 'first-run', recent: [] };
    case 'recent':
      return {
        screen: 'first-run',
        recent: [
          {
            id: hex('v1'),
            name: 'Finance archive',
            path: vault.path,
            present: true,
            opened: iso(99),
          },
          { id: hex('v2'), name: 'HR', path: '/media/usb/HR', present: false, opened: iso(99_999) },
        ],
      };
    case 'locked':
      return {
        screen: 'locked',
        vault,
        token: {
          present: !scene.has('gone'),
          pinPad: scene.has('pad'),
          pinState: scene.has('low') ? 'count-low' : 'ok',
          model: 'Halden NT-700',
          failure: null,
        },
        lock: { reason: 'idle', at: iso(80) },
        batchRunning: false,
      };
    case 'damaged':
      return {
        screen: 'damaged',
        vault: { id: vault.id, name: vault.name, path: vault.path },
        failure: toFailureData(
          new Failure('keystore-foreign', 'The keys do not belong to this ledger.', {
            unharmed: 'Nothing was opened and nothing changed.',
            next: 'Restore both from one backup.',
            detail: 'sha256(keystore.sqlite) = 91c2…, record 1,249,496 names 7f3a…',
          }),
        ),
      };
    default:
      return { screen: 'open', vault };
  }
};

/** A main process that exists only in the page. */
export const demoBridge = (scene: URLSearchParams): FakeBridge => {
  let state: AppState = {
    version: '0.1.0',
    platform: 'linux',
    runtime: { electron: '33.4.11', chromium: '130.0', official: true },
    screen: screenOf(scene),
    settings,
  };
  let keys = scene.has('empty') ? [] : [...demoKeys];
  let current: Batch | null = null;
  if (scene.get('work') === 'running') current = batchOf('running');
  if (scene.get('work') === 'results') current = batchOf('finished');
  let items: Draft = scene.get('work') === 'plan' ? draft : { items: [] };
  const status = (): Session => session(scene, current);

  const bridge = new FakeBridge({
    'app.state': () => state,
    'settings.set': (change) =>
      (state = { ...state, settings: { ...state.settings, ...change } }).settings,
    'vault.close': () => ({ screen: 'first-run', recent: [] }),
    'vault.reveal': () => null,
    'setup.modules': () => (scene.has('empty') ? [] : demoModules),
    'setup.folder': () => ({ id: hex('folder'), path: '/home/ines/Claviger/vault' }),
    'setup.cancel': () => null,
    'setup.connect': async () => {
      for (const step of ['connecting', 'probing'] as const) {
        bridge.emit('setup.step', step);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return demoProfile;
    },
    'setup.finish': () => {
      state = { ...state, screen: { screen: 'open', vault: vaultOf(scene) } };
      bridge.emit('state', state);
      return {
        vault: { name: 'vault', path: '/home/ines/Claviger/vault' },
        masters: [
          { role: 'wrap', made: iso(0) },
          { role: 'seal', made: iso(0) },
        ],
      };
    },
    'session.unlock': ({ pin }) => {
      if (pin !== '1234')
        throw new Failure('pin-incorrect', 'The token did not accept this PIN.', {
          unharmed: 'Nothing in the vault has changed.',
        });
      state = { ...state, screen: { screen: 'open', vault: vaultOf(scene) } };
      bridge.emit('state', state);
      return status();
    },
    'session.lock': () => null,
    'session.status': status,
    'session.profile': () => demoProfile,
    'session.flushKeys': () => ({ ...status(), cachedKeys: [] }),
    'keys.list': () => keys,
    'keys.options': () => pairs,
    'keys.create': ({ name, custody, bulk }) => {
      const [pattern] = demoKeys;
      if (pattern === undefined) throw new Error('no pattern');
      if (keys.some((key) => key.name === name))
        throw new Failure('name-taken', 'A key with this name exists.');
      const key = { ...pattern, id: hex(name) as typeof pattern.id, name, custody, bulk, files: 0 };
      keys = [...keys, { ...key, version: 1, lastUsed: null, state: 'active' }];
      return { key: { ...key, version: 1, lastUsed: null, state: 'active' }, record: RECORDS + 1 };
    },
    'keys.detail': ({ id }) => {
      const key = keys.find((candidate) => candidate.id === id) ?? keys[0];
      if (key === undefined) throw new Failure('key-not-found', 'There is no such key.');
      return {
        key,
        versions: Array.from({ length: key.version }, (_, index) => ({
          version: key.version - index,
          state: key.state,
          kcv: index === 0 ? key.kcv : hex(`${key.name}${index}`).slice(0, 6),
          created: iso(index * 50_000 + 100),
          files: 1282 + index * 4000,
          lastUsed: null,
        })),
        history: [RECORDS - 3, RECORDS - 12].map(rowAt),
        records: 46,
        seals: { used: 1_240_000, limit: 2 ** 32 },
      };
    },
    'draft.get': () => items,
    'draft.pickFiles': () => (items = draft),
    'draft.pickFolder': () => (items = draft),
    'draft.remove': ({ ids }) =>
      (items = { items: items.items.filter(({ id }) => !ids.includes(id)) }),
    'draft.clear': () => (items = { items: [] }),
    'batch.pickOutput': () => ({ id: hex('out'), path: '/srv/encrypted' }),
    'batch.plan': ({ kind }) => ({
      id: hex('plan'),
      kind,
      files: 1284,
      folders: 37,
      bytes: 18_600_000_000,
      conflicts: 2,
      skipped: 4,
      failed: 0,
      space: kind === 'verify' ? null : { needed: 18_600_000_000, free: 212_000_000_000 },
      refusal: null,
    }),
    'plan.files': () => ({ rows: [], total: 0 }),
    'plan.skipped': () => ({
      rows: receipts.slice(2, 6).map(({ name, folder, reason }) => ({
        name,
        folder,
        outcome: 'skipped',
        reason: reason ?? toFailureData(new Failure('symlink', '')),
      })),
      total: 4,
    }),
    'batch.start': () => {
      items = { items: [] };
      current = batchOf('running');
      return current;
    },
    'batch.current': () => current,
    'batch.cancel': () => {
      current = { ...batchOf('cancelled'), done: 604, cancelled: 680, failed: 0 };
      bridge.emit('batch.finished', current);
      return null;
    },
    'batch.retry': () => (current = batchOf('running')),
    'batch.unfinished': () => [],
    'batch.receipts': ({ outcome, offset, limit, text }) => {
      const fitting = receipts.filter(
        (row) =>
          (outcome === 'all' || (row.outcome === 'done') === (outcome === 'done')) &&
          row.name.includes(text),
      );
      return { rows: fitting.slice(offset, offset + limit), total: fitting.length };
    },
    'batch.export': () => null,
    'batch.reveal': () => null,
    'audit.actions': () => [...new Set(acts.map(([action]) => action))],
    'audit.query': async ({ offset, limit, filter }) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const total = Object.keys(filter).length === 0 ? RECORDS : 6318;
      const count = Math.min(limit, total - offset);
      return {
        rows: Array.from({ length: count }, (_, index) => rowAt(RECORDS - offset - index)),
        total,
        upTo: RECORDS,
      };
    },
    'audit.record': ({ seq }) => {
      const row = rowAt(seq);
      return {
        row,
        clock: 'system, synchronised',
        app: 'claviger 0.1.0',
        token: { label: 'hsm-prod-2', serial: '5B02C41977' },
        line: JSON.stringify({
          seq,
          time: row.time,
          clock: 'ntp',
          actor: { user: row.user, host: row.host },
          action: row.action,
          subject: row.subject,
          outcome: row.outcome,
          details: row.details,
        }),
        leaf: `${hex('leaf')}${hex('leaf2')}`,
      };
    },
    'audit.verify': () => ({
      sound: true,
      records: RECORDS,
      root: `${hex('root-a')}${hex('root-b')}`,
      at: iso(0),
      findings: [],
      total: 0,
    }),
    'overview.get': () => ({
      session: status(),
      keysByState: (
        [
          'active',
          'pre-activation',
          'suspended',
          'compromised',
          'deactivated',
          'destroyed',
        ] as const
      ).map((name) => ({ state: name, keys: keys.filter((key) => key.state === name).length })),
      keys: keys.length,
      activity: Array.from({ length: 30 }, (_, index) => {
        const date = new Date(Date.now() - (29 - index) * 86_400_000);
        const busy = [0, 6].includes(date.getDay()) || scene.has('empty') ? 0.02 : 1;
        const wave = 800 + 500 * Math.sin(index * 1.7);
        return {
          day: date.toISOString().slice(0, 10),
          encrypted: scene.has('empty') ? 0 : Math.round(wave * busy),
          decrypted: scene.has('empty') ? 0 : Math.round(wave * 0.3 * busy),
          verified: 0,
          failed: !scene.has('empty') && index % 9 === 8 ? 2 : 0,
        };
      }),
      attention: scene.has('empty')
        ? [{ kind: 'no-keys' }]
        : [
            {
              kind: 'key-compromised',
              key: demoKeys[7]?.id ?? (hex('x') as Batch['id'] & never),
              name: 'Vendor exchange',
              files: 412,
            },
            { kind: 'batch-unfinished', batch: hex('old') as Batch['id'], files: 2048 },
            { kind: 'no-loss-plan' },
          ],
      recent: Array.from({ length: 7 }, (_, index) => rowAt(RECORDS - index)),
    }),
  });
  bridge.answerDrop(() => (items = draft));
  return bridge;
};
