import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { type Preset, presets } from '../../shared/keys.ts';
import { Driver, PIN } from './support/driver.ts';
import { makeKey, makeVault, test } from './support/test.ts';

test('begins with nothing, makes an evaluation vault and finds it locked the next time', async ({
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

test('leaves neither token nor folder behind when the wizard is cancelled', async ({ driver }) => {
  const folder = await driver.call('setup.folder', null);
  await driver.call('setup.connect', { kind: 'evaluation', folder: folder.id, pin: PIN });
  expect(await readdir(folder.path)).toContain('token');
  await driver.call('setup.cancel', null);
  expect(existsSync(folder.path)).toBe(false);
});

test('creates a key in each preset and shows its history', async ({ vault }) => {
  for (const preset of ['maximum', 'balanced', 'fast'] satisfies Preset[])
    await makeKey(vault, `Key ${preset}`, preset);
  const keys = await vault.call('keys.list', null);
  expect(keys.map(({ name, custody, bulk }) => ({ name, custody, bulk }))).toEqual([
    { name: 'Key balanced', ...presets.balanced },
    { name: 'Key fast', ...presets.fast },
    { name: 'Key maximum', ...presets.maximum },
  ]);
  const [key] = keys;
  if (key === undefined) throw new Error('no key');
  const detail = await vault.call('keys.detail', { id: key.id });
  expect(detail.history.map(({ action }) => action)).toEqual(['key.create']);
  await vault.fails('keys.create', { name: 'Key fast', ...presets.fast }, 'name-taken');
});

test('refuses a wrong PIN, records it, and opens with the right one', async ({ vault }) => {
  await vault.reloads(() => vault.ask('session.lock', null));
  await vault.fails('session.unlock', { pin: '000000' }, 'pin-incorrect');
  await vault.fails('keys.list', null, 'not-logged-in');
  await vault.call('session.unlock', { pin: PIN });
  const { rows } = await vault.call('audit.query', {
    filter: { outcome: 'refused' },
    upTo: null,
    offset: 0,
    limit: 10,
  });
  expect(rows.map(({ action, code }) => [action, code])).toEqual([
    ['window.refused', 'not-logged-in'],
    ['token.login', 'pin-incorrect'],
  ]);
});

test('keeps nothing of the open vault in the page after a lock', async ({ vault }) => {
  await vault.page.evaluate(() => {
    document.title = 'secret';
  });
  await vault.reloads(() => vault.ask('session.lock', null));
  expect(await vault.page.title()).not.toBe('secret');
  expect((await vault.call('app.state', null)).screen).toMatchObject({
    screen: 'locked',
    lock: { reason: 'user' },
  });
});

test('shows why a damaged vault does not open', async ({ home }) => {
  const { writeFile } = await import('node:fs/promises');
  const first = await Driver.start({ home });
  const folder = await makeVault(first);
  await first.stop();
  await writeFile(path.join(folder, 'keystore.sqlite'), 'nonsense');
  const second = await Driver.start({ home });
  expect((await second.call('app.state', null)).screen).toMatchObject({
    screen: 'damaged',
    failure: { code: 'keystore-foreign' },
  });
  await second.stop();
});

test('verifies the ledger and says so', async ({ vault }) => {
  const verdict = await vault.call('audit.verify', null);
  expect(verdict).toMatchObject({ sound: true, findings: [] });
  const { ledger } = await vault.call('session.status', null);
  expect(ledger.verification.state).toBe('sound');
  const record = await vault.call('audit.record', { seq: 1 });
  expect(JSON.parse(record.line)).toMatchObject({ seq: 1, action: 'vault.create' });
});
