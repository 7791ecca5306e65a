import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { presets } from '../../shared/keys.ts';
import { KeysPage } from './pages/keys-page.ts';
import { SetupPages } from './pages/setup-pages.ts';
import { Driver, PIN } from './support/driver.ts';
import { makeVault, test } from './support/test.ts';

test('creates an evaluation vault at the first start, and finds it locked at the next', async ({
  home,
}) => {
  const first = await Driver.start({ home });
  expect((await first.call('app.state', null)).screen.screen).toBe('first-run');
  const folder = await makeVault(first);
  expect((await first.call('app.state', null)).screen).toMatchObject({
    screen: 'open',
    vault: { path: folder, evaluation: true },
  });
  await first.stop();
  expect(existsSync(path.join(folder, 'lock'))).toBe(false);

  const second = await Driver.start({ home });
  expect((await second.call('app.state', null)).screen).toMatchObject({
    screen: 'locked',
    vault: { path: folder },
    lock: { reason: 'start' },
  });
  await second.call('session.unlock', { pin: PIN });
  await second.stop();
});

test('leaves no token and no folder when the wizard is cancelled', async ({ driver }) => {
  const folder = await driver.call('setup.folder', null);
  await driver.call('setup.connect', { kind: 'evaluation', folder: folder.id, pin: PIN });
  expect(await readdir(folder.path)).toContain('token');
  await driver.call('setup.cancel', null);
  expect(existsSync(folder.path)).toBe(false);
});

test('creates a vault in the wizard and a key with each preset, and shows their history', async ({
  driver,
  home,
}) => {
  const { page } = driver;
  const setup = new SetupPages(page);
  await setup.evaluate.click();
  const folder = path.join(home, 'Finance archive');
  await driver.answerDialogs([folder]);
  await setup.press(/^Change/);
  await page.getByText(folder).waitFor();
  await setup.pin.fill(PIN);
  await setup.pinAgain.fill('other');
  await setup.press(/^Create and test the token/);
  await page.getByText('The PINs do not match.').waitFor();
  await setup.pinAgain.fill(PIN);
  await setup.press(/^Create and test the token/);
  await setup.probed();
  await setup.press(/^Create the master keys/);
  await setup.done();
  await setup.press('Go to Overview');

  const keys = new KeysPage(page);
  await keys.go('Keys');
  for (const preset of ['Maximum', 'Balanced', 'Fast'] as const) await keys.create(preset, preset);
  const all = await driver.call('keys.list', null);
  expect(all.map(({ name, custody, bulk }) => ({ name, custody, bulk }))).toEqual([
    { name: 'Balanced', ...presets.balanced },
    { name: 'Fast', ...presets.fast },
    { name: 'Maximum', ...presets.maximum },
  ]);
  await keys.row('Maximum').click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await page.getByText('Key created, Maximum').waitFor();

  await keys.openDialog();
  await keys.dialog.getByLabel('Name', { exact: true }).fill('Fast');
  await page.keyboard.press('Enter');
  await keys.dialog.getByText(/already/).waitFor();
});

test('verifies the ledger and says so', async ({ vault }) => {
  const verdict = await vault.call('audit.verify', null);
  expect(verdict).toMatchObject({ sound: true, findings: [] });
  const { ledger } = await vault.call('session.status', null);
  expect(ledger.verification.state).toBe('sound');
  const record = await vault.call('audit.record', { seq: 1 });
  expect(JSON.parse(record.line)).toMatchObject({ seq: 1, action: 'vault.create' });
});
