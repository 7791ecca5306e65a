import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { presets } from '../../shared/keys.ts';
import { ReportsPage } from './pages/reports-page.ts';
import { Driver, PIN } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { makeKey, makeVault, test } from './support/test.ts';

const run = promisify(execFile);

/** Everything in the vault except its token: what a backup of the folder contains with an HSM. */
const copyFolder = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    filter: (name) =>
      !['token', 'lock'].includes(path.relative(from, name).split(path.sep)[0] ?? ''),
  });

const putBack = async (copy: string, folder: string): Promise<void> => {
  for (const name of await readdir(folder))
    if (name !== 'token') await rm(path.join(folder, name), { recursive: true });
  await copyFolder(copy, folder);
};

/** A vault whose folder was replaced by an older copy, while its token stayed the same. */
const makeRolledBack = async (
  home: string,
): Promise<{ folder: string; copy: string; newest: string }> => {
  const copy = path.join(home, 'older copy');
  const newest = path.join(home, 'newest copy');
  const first = await Driver.start({ home });
  const folder = await makeVault(first);
  await makeKey(first, 'Contracts 2025', 'balanced');
  await first.stop();
  await copyFolder(folder, copy);
  const second = await Driver.start({ home });
  await second.call('session.unlock', { pin: PIN });
  await makeKey(second, 'Contracts 2026', 'balanced');
  await second.stop();
  await copyFolder(folder, newest);
  await putBack(copy, folder);
  return { folder, copy, newest };
};

const unlockByHand = async ({ page }: Driver): Promise<void> => {
  await page.getByLabel('Token PIN').fill(PIN);
  await page.keyboard.press('Enter');
};

const lineCount = async (file: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').length - 1;

test('warns, refuses changes, exports evidence, and starts a new epoch when accepted', async ({
  home,
}) => {
  const { folder, copy, newest } = await makeRolledBack(home);
  const older = await lineCount(path.join(copy, 'ledger.jsonl'));
  const driver = await Driver.start({ home });
  const { page } = driver;
  await unlockByHand(driver);

  // The bar is above every page and cannot be closed.
  const alarm = page.getByRole('alert').filter({ hasText: 'Read-only' });
  await alarm.waitFor();
  await page.getByRole('heading', { level: 1, name: /records? (is|are) missing/ }).waitFor();
  for (const place of ['Overview', 'Keys', 'Encrypt & decrypt', 'Audit', 'Settings']) {
    await page.getByRole('navigation').getByRole('button', { name: place }).first().click();
    expect(await alarm.isVisible(), place).toBe(true);
  }
  // A checkpoint saved elsewhere shows how much is missing; comparing it is not recorded.
  const reports = new ReportsPage(driver);
  await reports.open('Saved checkpoints');
  await reports.compare([path.join(newest, 'checkpoint')]);
  await page
    .getByText(/^The ledger has \d+ records, but \d+ were signed: records were removed/)
    .waitFor();
  await inspect(driver, 'rolled back, kept checkpoint');
  await page.getByRole('button', { name: 'Resolve…' }).first().click();
  await inspect(driver, 'rolled back');
  expect(await lineCount(path.join(folder, 'ledger.jsonl'))).toBe(older + 1);
  const { screen } = await driver.call('app.state', null);
  if (screen.screen !== 'open' || screen.rollback === null)
    throw new Error('no rollback was found');
  const { rollback } = screen;
  expect(rollback).toMatchObject({
    findings: [{ kind: 'rollback' }],
    signed: { epoch: 1, where: 'token' },
    held: { epoch: 1, size: older },
    missing: { first: older + 1, last: rollback.signed?.size },
    nextEpoch: 2,
  });
  expect(rollback.confirmed).toBeGreaterThan(0);

  // Viewing still works, and writes nothing.
  const held = await readFile(path.join(folder, 'ledger.jsonl'));
  expect((await driver.call('keys.list', null)).map(({ name }) => name)).toEqual([
    'Contracts 2025',
  ]);
  const { rows } = await driver.call('audit.query', {
    filter: {},
    upTo: null,
    offset: 0,
    limit: 5,
  });
  expect(rows[0]).toMatchObject({ seq: older + 1, action: 'vault.rollback', outcome: 'failed' });
  expect(await driver.call('audit.verify', null)).toMatchObject({ records: older + 1 });

  // Every change and every decryption is refused with a message.
  await driver.fails('keys.create', { name: 'New', ...presets.balanced }, 'rolled-back');
  await driver.fails('draft.pickFiles', null, 'rolled-back');
  await driver.fails(
    'batch.plan',
    {
      kind: 'decrypt',
      keys: [],
      output: null,
      conflict: 'keep-both',
      originals: 'keep',
      encryptedInputs: 'leave-out',
      sealedNames: false,
    },
    'rolled-back',
  );
  await driver.fails('settings.set', { autoLockMinutes: 240 }, 'rolled-back');
  await page.getByRole('navigation').getByRole('button', { name: 'Keys' }).click();
  const create = page.getByRole('button', { name: 'Create key' });
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await create.focus();
  await page
    .getByText(/nothing can be recorded/)
    .first()
    .waitFor();
  expect(await readFile(path.join(folder, 'ledger.jsonl'))).toEqual(held);

  // The evidence is complete and verifies with sha256sum.
  await page.getByRole('button', { name: 'Resolve…' }).click();
  const target = path.join(home, 'evidence');
  await mkdir(target);
  await driver.answerDialogs([folder]);
  await page.getByRole('button', { name: 'Export evidence' }).click();
  await page.getByText('is in the vault').waitFor();
  await driver.answerDialogs([target]);
  await page.getByRole('button', { name: 'Export evidence' }).click();
  await page.getByText(/files written/).waitFor();
  const [name = ''] = await readdir(target);
  const evidence = path.join(target, name);
  expect((await readdir(evidence)).sort()).toEqual([
    'SHA256SUMS',
    'checkpoint',
    'checkpoint-key.pem',
    'checkpoints.jsonl',
    'findings.json',
    'ledger.jsonl',
    'token-anchor-1.note',
  ]);
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: evidence });
  expect(await readFile(path.join(evidence, 'ledger.jsonl'))).toEqual(held);
  expect(await readFile(path.join(evidence, 'token-anchor-1.note'), 'utf8')).toContain(
    `/1\n${rollback.signed?.size ?? 0}\n`,
  );

  // Accepting asks once for a reason and the PIN, and then the vault works again.
  await page.getByRole('button', { name: 'Accept and continue' }).click();
  const dialog = page.getByRole('dialog');
  const begin = dialog.getByRole('button', { name: 'Start epoch 2' });
  await begin.click();
  await dialog.getByText('Say what happened').waitFor();
  await dialog.getByLabel('What happened').fill('The disk was restored from the backup of Monday.');
  await dialog.getByLabel('Token PIN').fill('000000');
  await begin.click();
  await dialog.getByText('did not accept this PIN').waitFor();
  expect(await readFile(path.join(folder, 'ledger.jsonl'))).toEqual(held);
  await dialog.getByLabel('Token PIN').fill(PIN);
  await begin.click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  expect(await alarm.count()).toBe(0);
  await makeKey(driver, 'Contracts 2026, again', 'balanced');

  const first = await driver.call('audit.record', { seq: 1 });
  expect(JSON.parse(first.line)).toMatchObject({
    action: 'vault.epoch',
    details: {
      epoch: 2,
      reason: 'The disk was restored from the backup of Monday.',
      accepted: { epoch: 1, size: rollback.signed?.size, root: rollback.signed?.root },
      previous: { epoch: 1, size: older + 1 },
    },
  });
  expect(await readFile(path.join(folder, 'ledger.epoch-1.jsonl'))).toEqual(held);
  expect(await driver.call('audit.verify', null)).toMatchObject({ sound: true });
  await driver.stop();

  const again = await Driver.start({ home });
  await again.call('session.unlock', { pin: PIN });
  expect((await again.call('app.state', null)).screen).toMatchObject({
    screen: 'open',
    rollback: null,
  });
  await again.stop();
});

test('stays read-only after a lock and a restart, until the newer folder is restored', async ({
  home,
}) => {
  const { folder, newest } = await makeRolledBack(home);
  const first = await Driver.start({ home });
  await unlockByHand(first);
  await first.page.getByRole('heading', { level: 1, name: /missing/ }).waitFor();
  const held = await readFile(path.join(folder, 'ledger.jsonl'));
  await first.reloads(() => first.ask('session.lock', null));
  await first.fails('keys.list', null, 'not-logged-in');
  expect((await first.call('session.unlock', { pin: PIN })).kind).toBe('read-only');
  expect((await first.call('app.state', null)).screen).toMatchObject({
    rollback: { findings: [{ kind: 'rollback' }], nextEpoch: 2 },
  });
  expect(await readFile(path.join(folder, 'ledger.jsonl'))).toEqual(held);
  await first.stop();

  await putBack(newest, folder);
  const second = await Driver.start({ home });
  expect((await second.call('session.unlock', { pin: PIN })).kind).toBe('open');
  expect((await second.call('app.state', null)).screen).toMatchObject({ rollback: null });
  expect(await second.call('keys.list', null)).toHaveLength(2);
  await second.stop();
});

test('reports a session that was ended by force', async ({ home }) => {
  const first = await Driver.start({ home });
  await makeVault(first);
  await makeKey(first, 'Contracts 2026', 'balanced');
  const child = first.app.process();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;

  const second = await Driver.start({ home });
  await unlockByHand(second);
  await second.page.getByText('Claviger was not locked last time').waitFor();
  expect(await second.page.getByRole('alert').count()).toBe(0);
  const { attention } = await second.call('overview.get', null);
  expect(attention).toContainEqual({ kind: 'finding', finding: 'no-lock' });
  await second.stop();
});
