import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { WorkPage } from './pages/work-page.ts';
import { Workspace } from './pages/workspace.ts';
import type { Driver } from './support/driver.ts';
import { makeKey, sharedTest as test } from './support/test.ts';

const clipboard = (vault: Driver): Promise<string> =>
  vault.app.evaluate(({ clipboard: system }) => system.readText());

/** The text in the system's clipboard after the button was pressed. */
const copied = async (vault: Driver, button: string): Promise<string> => {
  await vault.app.evaluate(({ clipboard: system }) => {
    system.clear();
  });
  await vault.page.getByRole('button', { name: button }).click();
  await vi.waitFor(async () => expect(await clipboard(vault)).not.toBe(''), { timeout: 10_000 });
  return clipboard(vault);
};

test('copies the id and the KCV of a key', async ({ vault }) => {
  const key = await makeKey(vault, 'Contracts', 'fast');
  await vault.page.reload();
  await new Workspace(vault.page).go('Keys');
  await vault.page.getByRole('row').filter({ hasText: 'Contracts' }).click();
  expect(await copied(vault, 'Copy the key ID')).toBe(key.id);
  expect(await copied(vault, 'Copy the KCV')).toBe(key.kcv);
  await vault.page.getByRole('status').getByText('Copied').first().waitFor();
});

test('copies the whole list of results', async ({ vault, home }) => {
  const folder = path.join(home, 'Statements');
  await mkdir(folder);
  for (let n = 1; n <= 600; n++) await writeFile(path.join(folder, `${n}.txt`), `statement ${n}`);
  const work = new WorkPage(vault.page);
  await work.open();
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 600);
  const lines = (await copied(vault, 'Copy the list')).split('\n');
  expect(lines).toHaveLength(600);
  expect(lines[0]).toContain('.txt');
});

test('says so if the clipboard refuses it', async ({ vault }) => {
  await vault.app.evaluate(({ clipboard: system }) => {
    system.clear();
    system.writeText = () => Promise.resolve();
  });
  await new Workspace(vault.page).go('Keys');
  await vault.page.getByRole('row').filter({ hasText: 'Contracts' }).click();
  await vault.page.getByRole('button', { name: 'Copy the key ID' }).click();
  await vault.page.getByRole('alert').filter({ hasText: 'Not copied' }).waitFor();
});
