import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright';
import { expect } from 'vitest';
import type { KeyDetail } from '../../shared/contract/keys.ts';
import { DAY_MS } from '../../shared/key-life.ts';
import { KeysPage } from './pages/keys-page.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { type Driver, PIN } from './support/driver.ts';
import { makeKey, test } from './support/test.ts';

const NAME = 'Lab results';

/** Sets the clock of the main process this many days ahead. */
const setClock = (vault: Driver, days: number): Promise<void> =>
  vault.app.evaluate((_electron, ahead) => {
    const before: unknown = Object.getPrototypeOf(Date);
    const Real = before === Function.prototype ? Date : (before as DateConstructor);
    class Later extends Real {
      constructor(...args: [] | [number]) {
        super(...(args.length === 0 ? ([Real.now() + ahead] as const) : args));
      }

      static override now(): number {
        return Real.now() + ahead;
      }
    }
    globalThis.Date = Later as DateConstructor;
  }, days * DAY_MS);

/** @param days how far the clock is set ahead while the vault is locked */
const lockAndUnlock = async (vault: Driver, days: number | null = null): Promise<void> => {
  await vault.page.keyboard.press('Control+l');
  const unlock = new UnlockPage(vault.page);
  await unlock.pin.waitFor();
  if (days !== null) await setClock(vault, days);
  await unlock.unlock(PIN);
};

const detailOf = async (vault: Driver): Promise<KeyDetail> => {
  const key = (await vault.call('keys.list', null)).find(({ name }) => name === NAME);
  if (key === undefined) throw new Error(`there is no key ${NAME}`);
  return vault.call('keys.detail', { id: key.id });
};

const statesOf = async (vault: Driver): Promise<string[]> =>
  (await detailOf(vault)).versions.map(({ version, state }) => `v${version} ${state}`);

const filesOf = ({ versions }: KeyDetail): Record<string, number> =>
  Object.fromEntries(versions.map(({ version, files }) => [`v${version}`, files]));

const openPanel = async (vault: Driver): Promise<KeysPage> => {
  const keys = new KeysPage(vault.page);
  await keys.go('Keys');
  await keys.row(NAME).click();
  await vault.page.getByRole('heading', { name: NAME }).waitFor();
  return keys;
};

const confirm = async (dialog: Locator, button: string): Promise<void> => {
  await dialog.getByRole('button', { name: button }).click();
  await dialog.waitFor({ state: 'detached', timeout: 60_000 });
};

const chooseReason = async (vault: Driver, reason: string): Promise<void> => {
  await vault.page.getByLabel('Reason').click();
  await vault.page.getByRole('option', { name: reason }).click();
};

const schedule = async (vault: Driver, keys: KeysPage): Promise<void> => {
  const dialog = await keys.begin('Destroy…');
  await dialog.getByLabel('Waiting period in days').fill('2');
  await chooseReason(vault, 'No longer needed');
  await dialog.getByRole('button', { name: 'Destroy version 1' }).click();
  expect(await dialog.getByText('This is not the name of the key.').isVisible()).toBe(true);
  await dialog.getByLabel('Type the name of the key').fill(NAME);
  await confirm(dialog, 'Destroy version 1');
  await vault.page.getByText('Version 1 will be destroyed on').waitFor();
};

test('a key is rotated in its panel, its file is rewrapped, and no file needs the old version', async ({
  vault,
}) => {
  const { page, home } = vault;
  await makeKey(vault, NAME, 'balanced');
  const file = path.join(home, 'sample.txt');
  await writeFile(file, 'sample');
  await page.reload();
  const work = new WorkPage(page);
  await work.open();
  await work.drop([file]);
  await work.start('Encrypt');
  await work.newBatchButton.waitFor({ timeout: 60_000 });

  const keys = await openPanel(vault);
  const rotating = await keys.begin('Rotate…');
  await rotating.getByLabel('Note, optional').fill('Yearly rotation');
  await confirm(rotating, 'Rotate to version 2');
  await expect.poll(() => statesOf(vault)).toEqual(['v2 active', 'v1 deactivated']);

  // The window has planned the rewrap of the file that the ledger knows.
  await page.getByRole('button', { name: /^Rewrap 1 file/ }).click({ timeout: 60_000 });
  await work.newBatchButton.waitFor({ timeout: 60_000 });
  await expect.poll(async () => filesOf(await detailOf(vault))).toEqual({ v1: 0, v2: 1 });
  await openPanel(vault);
  const versions = page.getByRole('complementary', { name: NAME }).getByRole('row');
  await versions.filter({ hasText: /^v1/ }).getByText('0 files').waitFor();

  // The dialog offers the newest version first.
  const choosing = await keys.begin('Destroy…');
  await choosing.getByLabel('Version').click();
  await page.getByRole('option', { name: 'Version 1' }).click();
  await choosing.getByText('1 file no longer needs it').waitFor();
  await page.keyboard.press('Escape');
});

test('a destruction can be cancelled, and is carried out at the first unlock after its date', async ({
  vault,
}) => {
  await makeKey(vault, NAME, 'balanced');
  await vault.page.reload();
  let keys = await openPanel(vault);
  await schedule(vault, keys);
  expect(await statesOf(vault)).toEqual(['v1 suspended']);

  const cancel = vault.page.getByRole('dialog', { name: `Keep version 1 of ${NAME}?` });
  await vault.page.getByRole('button', { name: 'Cancel destruction…' }).click();
  await confirm(cancel, 'Keep version 1');
  await expect.poll(() => statesOf(vault)).toEqual(['v1 active']);

  await schedule(vault, keys);
  await lockAndUnlock(vault, 1.9);
  expect(await statesOf(vault)).toEqual(['v1 suspended']);
  await lockAndUnlock(vault, 2.1);
  expect(await statesOf(vault)).toEqual(['v1 destroyed']);
  keys = await openPanel(vault);
  await keys.page.getByText('Version 1 destroyed').first().waitFor();
});

test('a clock that was set forward destroys nothing without a confirmation', async ({ vault }) => {
  await makeKey(vault, NAME, 'fast');
  await vault.page.reload();
  const keys = await openPanel(vault);
  await schedule(vault, keys);
  await setClock(vault, 30);
  await lockAndUnlock(vault);
  expect(await statesOf(vault)).toEqual(['v1 suspended']);
  await lockAndUnlock(vault);
  expect(await statesOf(vault)).toEqual(['v1 suspended']);
  await openPanel(vault);
  await vault.page.getByText('Version 1 is due to be destroyed.').waitFor();
  await vault.page.getByRole('button', { name: 'Destroy now…' }).click();
  const dialog = vault.page.getByRole('dialog', { name: `Destroy version 1 of ${NAME} now?` });
  await dialog.getByLabel('Type the name of the key').fill(NAME);
  await confirm(dialog, 'Destroy version 1');
  await expect.poll(() => statesOf(vault)).toEqual(['v1 destroyed']);
});
