import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { Workspace } from './pages/workspace.ts';
import { type Driver, PIN } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { test } from './support/test.ts';

const STRANGER = fileURLToPath(new URL('../support/token-stranger.mjs', import.meta.url));

/** Another program, logged in to the vault's token. @returns the labels that it sees */
const strangerOf = async (vault: Driver): Promise<(...act: string[]) => string[]> => {
  const { screen } = await vault.call('app.state', null);
  if (screen.screen !== 'open') throw new Error('the vault is not open');
  const folder = screen.vault.path;
  return (...act) =>
    execFileSync(
      process.execPath,
      [STRANGER, 'SoftHSM2', folder, path.join(folder, 'token'), ...act],
      { encoding: 'utf8', env: { ...process.env, CLAVIGER_TEST_PIN: PIN } },
    ).split('\n');
};

test('Settings compares the token with the keystore, and removes what is not needed', async ({
  vault,
}) => {
  const { page } = vault;
  await vault.call('keys.create', { name: 'Archive', custody: 'resident', bulk: 'host' });
  const stranger = await strangerOf(vault);
  const own = stranger('list').find((label) => label.includes('/key/')) ?? '';
  const orphan = own.replace(/1$/, '9');

  await new Workspace(page).go('Settings');
  await page.getByRole('button', { name: 'Module and token' }).click();
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByText('Nothing is missing, altered or left over.').waitFor();

  stranger('create', orphan);
  stranger('destroy', own);
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByText('Version 1 of the key “Archive”').waitFor();
  await page.getByText(orphan).waitFor();
  await inspect(vault, 'objects in the token, with findings');
  await page.getByRole('button', { name: 'Remove 1 object…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove 1 object from the token?' });
  await dialog.getByText(orphan).waitFor();
  await inspect(vault, 'objects in the token, removing');
  expect(stranger('list')).toContain(orphan);
  await dialog.getByRole('button', { name: 'Remove 1 object' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(stranger('list')).not.toContain(orphan);
  await page.getByText('Version 1 of the key “Archive”').waitFor();
  expect(await page.getByText(orphan).count()).toBe(0);

  const filter = { filter: { action: 'token.remove' }, upTo: null, offset: 0, limit: 10 };
  const { rows } = await vault.call('audit.query', filter);
  expect(rows).toMatchObject([{ outcome: 'ok', subject: { label: orphan } }]);
});
