import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { CheckpointView } from '../../../shared/contract/checkpoints.ts';
import type { ReportVerdict } from '../../../shared/contract/verify.ts';
import { appState, id, noon, vaultInfo } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';
import { glyphTones } from '../../lib/ui/glyphs.ts';
import { Failure } from '../../../shared/failure.ts';
import type { FakeCalls } from '../../testing/fake-bridge.ts';

const about: NonNullable<ReportVerdict['about']> = {
  kind: 'activity',
  title: 'Activity, October 2026',
  made: noon,
  by: 'officer on desk',
  vault: id('a'),
  evaluation: false,
  range: { first: 3, last: 12 },
  counts: { searched: 10, included: 10, omitted: 0 },
  algorithm: 'Ed25519',
  opening: false,
  timestamps: 0,
  limits: ['It proves nothing about what happened after its closing checkpoint.'],
};

const verdict = (more: Partial<ReportVerdict> = {}): ReportVerdict => ({
  file: { name: 'activity.json', bytes: 6_100_000, sha256: id('c').repeat(2) },
  previous: null,
  renderings: [],
  ignored: [],
  genuine: true,
  checks: [
    { name: 'key', ok: true, words: 'Compare this fingerprint.' },
    { name: 'inclusion', ok: true, words: 'All 10 records are covered.' },
  ],
  fingerprint: id('f').repeat(2),
  complete: true,
  compared: false,
  signer: { kind: 'this-vault' },
  otherVault: false,
  about,
  at: noon,
  ...more,
});

const openTab = async (name: string, calls: FakeCalls): Promise<OpenWindow> => {
  const opened = openWindow(calls);
  await opened.user.click(await screen.findByRole('button', { name: 'Reports' }));
  await opened.user.click(await screen.findByRole('tab', { name }));
  return opened;
};

const drop = async (names: readonly string[], zone = /Drop zone: verify/): Promise<void> => {
  const files = names.map((name) => new File([], name));
  await fireEvent.drop(screen.getByRole('group', { name: zone }), {
    dataTransfer: { files, types: ['Files'], items: files },
  });
};

test('a dropped report is verified, check by check', async () => {
  const { bridge } = await openTab('Verify a report', { 'verify.against': () => verdict() });
  await drop(['activity.json', 'before.json']);
  expect(
    await screen.findByText('This report is genuine and complete for its range'),
  ).toBeVisible();
  expect(screen.getByText('Every record leads to the signed root')).toBeVisible();
  expect(bridge.inputsOf('verify.drop')).toEqual([['activity.json', 'before.json']]);
});

test('a report that fails verification is refused, with the reason', async () => {
  const words = 'The records are not those that the closing checkpoint covers.';
  const checks = [{ name: 'inclusion', ok: false, words }];
  await openTab('Verify a report', {
    'verify.against': () => verdict({ genuine: false, checks }),
  });
  await drop(['activity.json']);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Do not rely on this report.');
  expect(alert).toHaveTextContent(words);
});

test('the fingerprint is compared when it is given', async () => {
  const { bridge, user } = await openTab('Verify a report', {
    'verify.against': ({ fingerprint }) =>
      fingerprint === null
        ? verdict({ signer: null, otherVault: true })
        : verdict({ compared: true, signer: { kind: 'compared', by: 'anna', at: noon } }),
  });
  await drop(['activity.json']);
  const title = 'Compare the fingerprint of its key before you rely on this report';
  expect(await screen.findByText(title)).toBeVisible();
  expect(screen.getByText('It was not signed by this vault.')).toBeVisible();
  expect(screen.queryByText(/This report is genuine/)).toBe(null);
  const field = screen.getByLabelText('Fingerprint of the key');
  await user.type(field, 'ffff ffff');
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  const fault = 'A fingerprint has 64 characters, 8 are given.';
  expect(screen.getByRole('alert')).toHaveTextContent(fault);
  const fingerprint = id('f').repeat(2);
  await user.clear(field);
  await user.type(field, fingerprint);
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText(/This report is genuine/)).toBeVisible();
  expect(screen.getByText(/was compared by anna/)).toBeVisible();
  expect(screen.queryByText(fault)).toBe(null);
  expect(bridge.inputsOf('verify.against')).toEqual([{ fingerprint }]);
});

test('another report removes the previous verdict at once', async () => {
  const { bridge } = await openTab('Verify a report', { 'verify.against': () => verdict() });
  await drop(['activity.json']);
  expect(await screen.findByText(/This report is genuine/)).toBeVisible();
  let give: (found: ReportVerdict) => void = () => undefined;
  bridge.answer('verify.against', () => new Promise((resolve) => (give = resolve)));
  await drop(['other.json']);
  expect(screen.queryByText(/This report is genuine/)).toBe(null);
  give(verdict());
  expect(await screen.findByText(/This report is genuine/)).toBeVisible();
});

test('a name with direction marks is spelt out', async () => {
  const checks = [{ name: 'form', ok: false, words: 'It holds "\u202etxt.exe".' }];
  await openTab('Verify a report', { 'verify.against': () => verdict({ genuine: false, checks }) });
  await drop(['a.json']);
  expect(await screen.findByRole('alert')).toHaveTextContent(String.raw`\u{202e}txt.exe`);
});

test('no vault has to be open', async () => {
  const { user } = openWindow({
    'app.state': () =>
      appState({
        screen: 'locked',
        vault: vaultInfo,
        token: { present: true, pinPad: false, pinState: 'ok', model: null, failure: null },
        lock: { reason: 'user', at: noon },
        unconfirmed: false,
        batchRunning: false,
        filesWaiting: 0,
      }),
    'verify.pick': () => verdict(),
  });
  await user.click(await screen.findByRole('button', { name: 'Verify a report' }));
  await user.click(await screen.findByRole('button', { name: 'Choose files…' }));
  expect(await screen.findByText(/This report is genuine/)).toBeVisible();
  await user.keyboard('{Escape}');
  expect(await screen.findByLabelText('Token PIN')).toBeVisible();
});

const checkpoint: CheckpointView = {
  note: 'claviger.invalid/aa/1\n12\nroot=\n\n— claviger.invalid/aa/1 sig=\n',
  size: 12,
  root: id('b').repeat(2),
  upTo: noon,
  records: 14,
  fingerprint: id('f').repeat(2),
  anchor: 'The newest checkpoint is also kept in the token.',
  stamped: [],
};

test('the newest checkpoint is a code to scan and a file to save', async () => {
  const { user } = await openTab('Saved checkpoints', {
    'checkpoints.current': () => checkpoint,
    'checkpoints.write': () => ({ path: '/media/stick/a.checkpoint', size: 15 }),
  });
  expect(await screen.findByRole('img', { name: /QR code of the signed/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Sign and save…' }));
  expect(await screen.findByText('Checkpoint over 15 records saved')).toBeVisible();
});

test('a saved checkpoint that is not inside the ledger is a warning', async () => {
  const { user } = await openTab('Saved checkpoints', {
    'checkpoints.current': () => checkpoint,
    'checkpoints.compare': () => ({
      name: 'kept.checkpoint',
      verdict: 'outside',
      words: 'The ledger has 14 records, but 20 were signed: records were removed from its end.',
      kept: { epoch: 1, size: 20, root: id('d').repeat(2) },
      records: 14,
    }),
  });
  await user.click(await screen.findByRole('button', { name: 'Choose a saved checkpoint…' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('records were removed');
});

test('a saved checkpoint is compared when it is dropped', async () => {
  const kept = { epoch: 1, size: 12, root: id('d').repeat(2) };
  const { bridge } = await openTab('Saved checkpoints', {
    'checkpoints.current': () => checkpoint,
    'checkpoints.compare': () => ({
      ...{ name: 'a.checkpoint', verdict: 'inside', words: 'All 12 are here.', kept, records: 14 },
    }),
  });
  await drop(['a.checkpoint'], /Drop zone: compare/);
  expect(await screen.findByText('It is inside today’s ledger')).toBeVisible();
  expect(bridge.inputsOf('checkpoints.drop')).toEqual([['a.checkpoint']]);
  bridge.answer('checkpoints.compare', () => {
    throw new Failure('usage', 'a.json is a report, not a checkpoint.');
  });
  await drop(['a.json'], /Drop zone: compare/);
  expect(await screen.findByRole('alert')).toHaveTextContent('a.json is a report');
  expect(screen.queryByText('It is inside today’s ledger')).toBe(null);
});

test('a checkpoint of another vault is not a warning about this one', async () => {
  const { user } = await openTab('Saved checkpoints', {
    'checkpoints.current': () => checkpoint,
    'checkpoints.compare': () => ({
      ...{ name: 'a', verdict: 'other-vault', words: 'Of another vault.', kept: null, records: 14 },
    }),
  });
  await user.click(await screen.findByRole('button', { name: 'Choose a saved checkpoint…' }));
  expect(await screen.findByText('It says nothing about this ledger')).toBeVisible();
});

test('a report that cannot be read removes the previous verdict', async () => {
  const { bridge } = await openTab('Verify a report', { 'verify.against': () => verdict() });
  await drop(['activity.json']);
  expect(await screen.findByText(/This report is genuine/)).toBeVisible();
  bridge.answer('verify.against', () => {
    throw new Failure('not-found', 'It cannot be read.');
  });
  await drop(['other.json']);
  expect(await screen.findByRole('alert')).toHaveTextContent('It cannot be read.');
  expect(screen.queryByText(/This report is genuine/)).toBe(null);
});

test('the steps with openssl are those of this report', async () => {
  const { user } = await openTab('Verify a report', {
    'verify.against': () =>
      verdict({
        ...{ file: { name: "-it's.json", bytes: 1, sha256: id('c').repeat(2) } },
        about: { ...about, opening: true, timestamps: 1, algorithm: 'ECDSA-P256-SHA256' },
      }),
  });
  await drop(['a.json']);
  await user.click(await screen.findByRole('button', { name: 'Show the steps with openssl' }));
  const shown = screen.getByRole('region', { name: 'The steps with openssl' });
  expect(shown).toHaveTextContent(String.raw`sha256sum './-it'\''s.json'`);
  expect(shown).toHaveTextContent('jq -j .checkpoints.opening.text');
  expect(shown).toHaveTextContent('openssl dgst -sha256 -verify key.pem -signature signature text');
  expect(shown).toHaveTextContent('openssl ts -verify -in reply.tsr -data note');
  await user.click(screen.getByRole('button', { name: 'Hide the steps with openssl' }));
  expect(screen.queryByRole('region', { name: 'The steps with openssl' })).toBe(null);
});

test('a PDF beside it is distinguished from that of another report', async () => {
  const renderings: ReportVerdict['renderings'] = [
    { name: 'activity.pdf', of: 'this', signature: 'whole' },
    { name: 'bitten.pdf', of: 'this', signature: 'broken' },
    { name: 'other-key.pdf', of: 'this', signature: 'other' },
    { name: 'plain.pdf', of: 'this', signature: 'none' },
    { name: 'september.pdf', of: null, signature: 'whole' },
  ];
  await openTab('Verify a report', { 'verify.against': () => verdict({ renderings }) });
  await drop(['activity.json', 'activity.pdf', 'september.pdf']);
  const line = (name: string): HTMLElement | null =>
    screen.getByText(`${name} prints the SHA-256 of the JSON`).closest('li');
  await screen.findByText(/This report is genuine/);
  expect(line('activity.pdf')).toHaveTextContent('unchanged since');
  expect(line('bitten.pdf')).toHaveTextContent('It was changed since it was signed.');
  expect(line('activity.pdf')).toHaveTextContent('this file');
  const glyph = (name: string): Element | null => line(name)?.querySelector('svg') ?? null;
  expect(glyph('activity.pdf')).toHaveClass(glyphTones.good);
  for (const name of ['bitten.pdf', 'other-key.pdf', 'september.pdf'])
    expect(glyph(name)).toHaveClass(glyphTones.failed);
  expect(glyph('plain.pdf')).toHaveClass(glyphTones.warning);
  expect(line('september.pdf')).toHaveTextContent('another file');
});

test('a file that is not a report has no steps', async () => {
  const checks = [{ name: 'form', ok: false, words: 'The file is not JSON, from byte 7 on.' }];
  await openTab('Verify a report', {
    'verify.against': () => verdict({ genuine: false, checks, about: null, fingerprint: null }),
  });
  await drop(['a.txt']);
  expect(await screen.findByRole('alert')).toHaveTextContent('from byte 7 on');
  expect(screen.queryByRole('button', { name: /steps with openssl/ })).toBe(null);
});
