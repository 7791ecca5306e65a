import path from 'node:path';
import { expect } from 'vitest';
import { filesWith, storedBlobs } from '../support/stored-blobs.ts';
import { Workspace } from './pages/workspace.ts';
import { inspect } from './support/inspect.ts';
import { test } from './support/test.ts';

test('Settings rotates the master keys; what was there before works on', async ({ vault }) => {
  const { page } = vault;
  const { screen } = await vault.call('app.state', null);
  if (screen.screen !== 'open') throw new Error('the vault is not open');
  const folder = screen.vault.path;
  await vault.call('keys.create', { name: 'Archive', custody: 'hsm-only', bulk: 'token' });
  const before = await storedBlobs(folder);
  const masters = await vault.call('token.masters', null);

  const workspace = new Workspace(page);
  await workspace.go('Settings');
  await page.getByRole('button', { name: 'Module and token' }).click();
  await page.getByRole('button', { name: 'Rotate…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate the master keys?' });
  await dialog.getByText('It wraps 1 version of a key again under them.').waitFor();
  await inspect(vault, 'rotating the master keys');
  await dialog.getByLabel('Type the name of the vault').fill('another');
  await page.keyboard.press('Enter');
  await dialog.getByText('This is not the name of the vault.').waitFor();
  expect(await storedBlobs(folder)).toEqual(before);
  await dialog.getByLabel('Type the name of the vault').fill(path.basename(folder));
  await page.keyboard.press('Enter');
  await page.getByText('Master keys rotated').waitFor();
  await dialog.waitFor({ state: 'detached' });

  expect(filesWith(folder, before)).toEqual([]);
  const { created } = await vault.call('token.masters', null);
  expect(Date.parse(created ?? '')).toBeGreaterThan(Date.parse(masters.created ?? ''));
  expect(await vault.call('token.reconcile', null)).toMatchObject({ findings: [], total: 0 });
  // The same session goes on under the new ones.
  await vault.call('keys.create', { name: 'Later', custody: 'hsm-only', bulk: 'host' });

  await page.getByRole('button', { name: 'Mark as compromised…' }).click();
  const marking = page.getByRole('dialog', { name: /^Mark the master keys as compromised/ });
  await marking.getByText('2 versions of keys will be marked as compromised').waitFor();
  await inspect(vault, 'marking the master keys as compromised');
  await marking.getByLabel('Reason').click();
  await page.getByRole('option', { name: 'Disclosed to others' }).click();
  await marking.getByLabel('Type the name of the vault').fill(path.basename(folder));
  await page.keyboard.press('Enter');
  await page.getByText('2 versions of keys marked as compromised').waitFor();
  const archive = (await vault.call('keys.list', null)).find(({ name }) => name === 'Archive');
  const filter = { filter: { action: 'master.destroy' }, upTo: null, offset: 0, limit: 10 };
  expect((await vault.call('audit.query', filter)).rows).toMatchObject([
    { outcome: 'ok' },
    { outcome: 'ok' },
  ]);
  expect(archive).toMatchObject({ state: 'compromised', version: 1 });
});
