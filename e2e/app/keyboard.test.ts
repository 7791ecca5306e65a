import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { KeysPage } from './pages/keys-page.ts';
import { SetupPages } from './pages/setup-pages.ts';
import { WorkPage } from './pages/work-page.ts';
import { PIN } from './support/driver.ts';
import { filesBelow, test } from './support/test.ts';

/** More than the tab stops of any page. */
const STOPS = 60;

const focused = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Runs in the page. For a field within a frame, the frame shows the focus. */
const isMarked = (): boolean => {
  const at = document.activeElement;
  return [at, at?.parentElement].some((element) => {
    if (!element) return false;
    const { outlineStyle, boxShadow } = getComputedStyle(element);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
};

/** Presses Tab until the focus is there; every stop on the way must show the focus. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.waitFor();
  for (let stop = 0; stop < STOPS; stop++) {
    if (await focused(target)) return;
    await page.keyboard.press('Tab');
    expect(await page.evaluate(isMarked), 'the focus can be seen').toBe(true);
  }
  throw new Error('Tab does not reach it');
};

test('from the first run to a decrypted file, by keyboard alone', async ({ driver, home }) => {
  const { page } = driver;
  const { keyboard } = page;
  const setup = new SetupPages(page);
  await tabTo(page, setup.evaluate);
  await keyboard.press('Enter');
  await setup.heading('Create an evaluation token').waitFor();
  // The cursor is in the first field.
  expect(await focused(setup.pin)).toBe(true);
  await keyboard.type(PIN);
  await tabTo(page, setup.pinAgain);
  await keyboard.type(PIN);
  await keyboard.press('Enter');
  await setup.probed();
  await keyboard.press('Enter');
  await setup.done();
  await keyboard.press('Enter');

  const keys = new KeysPage(page);
  await keys.dialog.waitFor();
  await keyboard.type('Contracts 2026');
  await tabTo(page, keys.dialog.getByRole('radio', { name: 'Balanced', exact: true }));
  await keyboard.press('ArrowRight');
  expect(
    await keys.dialog
      .getByRole('radio', { name: 'Fast', exact: true })
      .getAttribute('aria-checked'),
  ).toBe('true');
  await tabTo(page, keys.dialog.getByRole('button', { name: /^Create key/ }));
  await keyboard.press('Enter');
  await keys.dialog.waitFor({ state: 'detached' });
  await keys.row('Contracts 2026').filter({ hasText: 'Fast' }).waitFor();

  const folder = path.join(home, 'Contracts');
  await mkdir(folder);
  await writeFile(path.join(folder, 'a.txt'), 'We agree.');
  const work = new WorkPage(page);
  await keyboard.press('Control+3');
  await work.zone.waitFor();
  await driver.answerDialogs([path.join(folder, 'a.txt')]);
  await keyboard.press('o');
  await work.startButton('Encrypt').waitFor();
  await page.getByText('Disk space').waitFor();
  await keyboard.press('Enter');
  await work.allDone('Encrypt', 1);
  await keyboard.press('Escape');
  await work.zone.waitFor();

  await driver.answerDialogs([path.join(folder, 'a.txt.clv')]);
  await keyboard.press('o');
  await work.startButton('Decrypt').waitFor();
  await page.getByText('1 output file already exists').waitFor();
  await keyboard.press('Enter');
  await work.allDone('Decrypt', 1);
  expect(await filesBelow(folder)).toEqual(['a (2).txt', 'a.txt', 'a.txt.clv']);
  expect(await readFile(path.join(folder, 'a (2).txt'), 'utf8')).toBe('We agree.');

  await driver.reloads(() => keyboard.press('Control+l'));
  await page.getByLabel('Token PIN').waitFor();
  await keyboard.type(PIN);
  await keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});

test('reaches every page with its shortcut, and goes back', async ({ vault, home }) => {
  const { page } = vault;
  const { keyboard } = page;
  const heading = (name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await heading('Overview');
  const places = [
    ['2', 'Keys'],
    ['3', 'Encrypt & decrypt'],
    ['4', 'Audit'],
    ['5', 'Reports'],
    ['1', 'Overview'],
    [',', 'Settings'],
  ] as const;
  for (const [key, name] of places) {
    await keyboard.press(`Control+${key}`);
    await heading(name);
    // A screen reader starts at the heading of the new page.
    const at = page.locator('h1:focus');
    await at.waitFor();
    expect(await at.innerText()).toContain(name);
  }
  await keyboard.press('n');
  const dialog = new KeysPage(page).dialog;
  await dialog.waitFor();
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await keyboard.press('Control+4');
  await heading('Audit');
  await keyboard.press('/');
  await page.locator('input[data-search]:focus').waitFor();

  await vault.call('keys.create', { name: 'K', custody: 'hsm-wrapped', bulk: 'host' });
  await page.reload();
  await heading('Overview');
  await mkdir(path.join(home, 'folder'));
  await writeFile(path.join(home, 'folder/a.txt'), 'text');
  await vault.answerDialogs([path.join(home, 'folder')]);
  await keyboard.press('Shift+O');
  const work = new WorkPage(page);
  await work.startButton('Encrypt').waitFor();
  await keyboard.press('Escape');
  await page.getByText('Drop files or folders to encrypt them').waitFor();
});
