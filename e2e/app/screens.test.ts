import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { KeysPage } from './pages/keys-page.ts';
import { SetupPages } from './pages/setup-pages.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { Workspace } from './pages/workspace.ts';
import { type Driver, PIN } from './support/driver.ts';
import { makeFiles, makeLongWork } from './support/files.ts';
import { faultsOf, inspect } from './support/inspect.ts';
import { layoutFaults } from './support/layout.ts';
import { sharedTest as test } from './support/test.ts';

// One walk through the program. Each test starts where the one before ended.

test('(the inspection finds faults)', async ({ driver }) => {
  await driver.page.getByRole('heading', { level: 1 }).waitFor();
  await driver.page.evaluate(() => {
    const wide = document.createElement('div');
    const cut = document.createElement('div');
    wide.style.minWidth = '3000px';
    wide.textContent = 'too wide';
    Object.assign(cut.style, {
      ...{ flex: 'none', width: '20px', overflow: 'hidden', whiteSpace: 'nowrap' },
    });
    cut.textContent = 'text that is cut';
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 1000 100');
    Object.assign(svg.style, { position: 'fixed', width: '100px', height: '10px' });
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    drawn.textContent = 'small print';
    svg.append(drawn);
    const low = document.createElement('div');
    Object.assign(low.style, { flex: 'none', height: '10px' });
    low.innerText = 'higher\nthan its\nbox';
    document.querySelector('main')?.append(wide, cut, low, document.createElement('button'), svg);
  });
  const faults = (await faultsOf(driver)).join('\n');
  expect(faults).toMatch(/1280, 100 %: outside of the window: .*"too wide"/);
  expect(faults).toMatch(/1280, 130 %: cut at its side: .*"text that is cut"/);
  expect(faults).toMatch(/1024, 100 %: drawn too small: .*"small print"/);
  expect(faults).toMatch(/1024, 200 %: sticks out below: .*"higher/);
  expect(faults).toMatch(/light, high: button-name/);
  await driver.page.reload();
});

test('the wizard', async ({ driver }) => {
  const { page } = driver;
  const setup = new SetupPages(page);
  await setup.searched();
  await inspect(driver, 'token');
  await setup.evaluate.click();
  await inspect(driver, 'folder and PIN');
  await setup.press(/^Create and test the token/);
  await page.getByText('At least 4 characters.', { exact: true }).waitFor();
  await inspect(driver, 'folder and PIN, refused');
  await setup.pin.fill(PIN);
  await setup.pinAgain.fill(PIN);
  await setup.press(/^Create and test the token/);
  await setup.probed();
  await inspect(driver, 'probe');
  await setup.press(/^Show all/);
  await inspect(driver, 'probe, all tests');
  await setup.press(/^Create the master keys/);
  await setup.done();
  await inspect(driver, 'done');
  await setup.press('Go to Overview');
});

test('an empty vault', async ({ driver }) => {
  const { page } = driver;
  const place = new Workspace(page);
  await page.getByText('Recent activity').waitFor();
  await inspect(driver, 'overview, empty');
  await place.go('Keys');
  await inspect(driver, 'keys, empty');
  await place.go('Encrypt & decrypt');
  await inspect(driver, 'work, no key');
});

test('creating a key', async ({ driver }) => {
  const { page } = driver;
  const keys = new KeysPage(page);
  await keys.go('Keys');
  await keys.openDialog();
  await inspect(driver, 'create a key');
  await keys.dialog.getByRole('button', { name: /^Advanced/ }).click();
  await inspect(driver, 'create a key, advanced');
  await page.keyboard.press('Escape');
  await keys.create('Contracts 2026', 'Balanced');
  await keys.create('Customer statements of the whole group, all branches and years', 'Fast');
  await keys.create('Customer_statements_of_the_whole_group_all_branches_and_all_year', 'Fast');
  await page.getByText(/^Created: Customer_/).waitFor();
  expect(await page.evaluate(layoutFaults)).toEqual([]);
  await inspect(driver, 'a key with a long name');
  await keys.create('Board papers', 'Maximum');
  await keys.row('Contracts 2026').click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await inspect(driver, 'a key');
  await page.keyboard.press('Escape');
});

test('a batch from the drop to its results', async ({ driver, home }) => {
  const { page } = driver;
  const folder = await makeFiles(home);
  const work = new WorkPage(page);
  await work.open();
  await work.chooseKey('Contracts 2026');
  for (const kind of ['Decrypt', 'Verify', 'Encrypt'] as const) {
    await work.setKind(kind);
    await inspect(driver, `work, ${kind}`);
  }
  await work.drop([folder]);
  await page.getByText('Disk space').waitFor();
  await inspect(driver, 'plan');
  await page.getByRole('button', { name: 'Show the outputs' }).click();
  await page.getByRole('dialog').waitFor();
  await inspect(driver, 'plan, outputs');
  await page.keyboard.press('Escape');
  await work.start('Encrypt');
  await work.allDone('Encrypt', 3);
  await inspect(driver, 'results');
  await work.newBatch();
  await work.drop([folder]);
  await page.getByText('3 files are already encrypted.').waitFor();
  await inspect(driver, 'plan, some encrypted already');
  await page.keyboard.press('Escape');
  await writeFile(path.join(folder, 'a.txt.clv'), 'damaged');
  await work.setKind('Verify');
  await work.drop([folder]);
  await work.start('Verify');
  expect(await work.ended()).toBe('1 of 6 files failed');
  await inspect(driver, 'results, failed');
  await work.row('a.txt.clv').dblclick();
  await page.getByRole('dialog').waitFor();
  await inspect(driver, 'receipt');
  await page.keyboard.press('Escape');
  await work.newBatch();
});

test('a batch in progress, and cancelled', async ({ driver, home }) => {
  const { page } = driver;
  const work = new WorkPage(page);
  await work.open();
  await work.setKind('Encrypt');
  await work.chooseKey('Board papers');
  await work.drop([await makeLongWork(home, { files: 8, megabytes: 1_000 })]);
  await work.start('Encrypt');
  await work.running('Encrypt');
  await inspect(driver, 'running');
  await work.cancelButton.click();
  await work.ended();
  await inspect(driver, 'results, cancelled');
  await work.newBatch();
});

test('every page, with content', async ({ driver }) => {
  const { page } = driver;
  const places = page.getByRole('navigation', { name: 'Places' }).getByRole('button');
  for (const label of await places.allInnerTexts()) {
    const [name = ''] = label.split('\n');
    if (name === 'Lock') continue;
    await places.filter({ hasText: name }).first().click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await inspect(driver, name);
  }
});

test('the audit', async ({ driver }) => {
  const { page } = driver;
  await new Workspace(page).go('Audit');
  await page.getByRole('button', { name: /^Verify all/ }).click();
  await page.getByText('The ledger is complete').waitFor();
  await inspect(driver, 'audit, verified');
  await page.getByRole('row').nth(1).click();
  await page.getByRole('heading', { name: 'The exact line' }).waitFor();
  await inspect(driver, 'audit, record');
  await page.keyboard.press('Escape');
  await page.getByPlaceholder(/^Search text/).fill('nothing has this name');
  await page.getByText('No matching records').waitFor();
  await inspect(driver, 'audit, no match');
});

test('the settings', async ({ driver }) => {
  const { page } = driver;
  const place = new Workspace(page);
  await place.go('Settings');
  const sections = page.getByRole('navigation', { name: 'Settings' });
  for (const name of await sections.getByRole('button').allInnerTexts()) {
    await sections.getByRole('button', { name, exact: true }).click();
    await inspect(driver, `settings, ${name}`);
  }
});

test('locked, PIN refused, and engine lost', async ({ driver }) => {
  const { page } = driver;
  const unlock = new UnlockPage(page);
  await driver.reloads(() => page.keyboard.press('Control+l'));
  await unlock.pin.waitFor();
  await page.getByText('Looking for the token').waitFor({ state: 'detached' });
  await inspect(driver, 'locked');
  await unlock.enter('000000');
  await unlock.refusal.waitFor();
  await inspect(driver, 'locked, PIN refused');
  await unlock.unlock(PIN);
  await driver.app.evaluate(({ app }) => {
    const engine = app.getAppMetrics().find(({ name }) => name === 'claviger-engine');
    if (engine !== undefined) process.kill(engine.pid, 'SIGKILL');
  });
  await page.getByRole('dialog', { name: /driver stopped working/ }).waitFor({ timeout: 60_000 });
  await inspect(driver, 'engine lost');
});

afterEach<{ driver: Driver }>(({ driver }) => {
  expect(driver.complaints).toEqual([]);
});
