import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { channels } from '../../shared/contract/channels.ts';
import { ReportsPage } from './pages/reports-page.ts';
import type { Driver } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { makeKey, sharedTest as test } from './support/test.ts';

// Every state of Reports, in every look. Each test starts where the one before ended.

/** Keeps the system's dialog open. @returns a function that closes it */
const askingWhere = async ({ app }: Driver): Promise<() => Promise<void>> => {
  await app.evaluate(({ dialog, app: electron }) => {
    dialog.showSaveDialog = () =>
      new Promise((resolve) => {
        electron.once('browser-window-blur', () => resolve({ canceled: true, filePath: '' }));
      });
  });
  return () => app.evaluate(({ app: electron }) => void electron.emit('browser-window-blur'));
};

/** Sends a step of the export to the window. */
const tellStep = ({ app }: Driver): Promise<void> =>
  app.evaluate(({ BrowserWindow }, channel) => {
    const event = { name: 'reports.step', data: 'pdf' };
    BrowserWindow.getAllWindows()[0]?.webContents.send(channel, event);
  }, channels.event);

test('before the first export', async ({ vault }) => {
  const reports = new ReportsPage(vault);
  await makeKey(vault, 'Contracts 2026', 'balanced');
  await reports.open('Past exports');
  await vault.page.getByText('No report was exported yet').waitFor();
  await inspect(vault, 'past, empty');
  await reports.open('Export');
  await reports.exportButton(2).waitFor();
  await inspect(vault, 'export');
  await reports.choose('Kind', /Key history/);
  await inspect(vault, 'export, key missing');
  await reports.choose('Kind', /Activity/);
  await reports.choose('Time', /Custom range/);
  await vault.page.getByLabel('From', { exact: true }).fill('2026-11-02');
  await vault.page.getByLabel(/^To, this day/).fill('2026-11-01');
  await vault.page
    .getByText(/^The start date is after the end date/)
    .first()
    .waitFor();
  await inspect(vault, 'export, days refused');
  await reports.choose('Time', /All time/);
  await vault.page.getByRole('button', { name: 'Action', exact: true }).click();
  await vault.page.getByRole('menuitemradio', { name: 'All of keys' }).click();
  await vault.page.getByText(/that do not match/).waitFor();
  await inspect(vault, 'export, filtered');
});

test('an export in progress, cancelled and done', async ({ vault, home }) => {
  const { page } = vault;
  const reports = new ReportsPage(vault);
  // A halted driver would also delay the settings of the looks; the dialog does not.
  const close = await askingWhere(vault);
  await reports.exportButton(2).click();
  await tellStep(vault);
  await page.getByText('Drawing and signing the PDF').waitFor();
  await inspect(vault, 'export, under way');
  await close();
  await page.getByText('Drawing and signing the PDF').waitFor({ state: 'detached' });

  const goOn = await reports.haltAtPdf();
  await mkdir(path.join(home, 'out'));
  await vault.answerDialogs([path.join(home, 'out', 'activity.json')]);
  await reports.exportButton(2).click();
  await page.getByText('Drawing and signing the PDF').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByText('The export was cancelled.').waitFor({ timeout: 60_000 });
  goOn();
  await inspect(vault, 'export, cancelled');
  await reports.exportTo(path.join(home, 'out', 'activity.json'));
  await inspect(vault, 'export, done');
  await reports.exportButton(3).click();
  await page.getByRole('alert').waitFor();
  await inspect(vault, 'export, refused');
});

test('past exports', async ({ vault }) => {
  await new ReportsPage(vault).open('Past exports');
  const rows = vault.page.getByRole('row', { name: /Activity/ });
  await rows.first().click();
  await vault.page.getByText('still there').first().waitFor();
  await inspect(vault, 'past, chosen');
  await rows.last().click();
  await vault.page.getByText(/^This export was cancelled/).waitFor();
  await inspect(vault, 'past, a cancelled one');
});

test('verification', async ({ vault, home }) => {
  const { page } = vault;
  const reports = new ReportsPage(vault);
  const file = path.join(home, 'out', 'activity.json');
  await reports.open('Verify a report');
  await inspect(vault, 'verify');
  await reports.verify([file]);
  await reports.isGenuine();
  await inspect(vault, 'verify, genuine');
  await reports.steps();
  await inspect(vault, 'verify, steps with openssl');
  const bad = path.join(home, 'bad.json');
  await writeFile(bad, (await readFile(file, 'utf8')).replace('vault.create', 'vault.created'));
  await reports.verify([bad]);
  await reports.isRefused();
  await inspect(vault, 'verify, refused');
  await reports.verify([path.join(home, 'nowhere.json')]);
  await page.getByText(/cannot be read/).waitFor();
  await inspect(vault, 'verify, not there');
  // Reading this file never ends.
  await reports.verify(['/dev/zero']);
  await page.getByText('zero is not a file.').waitFor();
});

test('saved checkpoints', async ({ vault, home }) => {
  const { page } = vault;
  const reports = new ReportsPage(vault);
  const kept = await reports.saveCheckpoint(home);
  await inspect(vault, 'checkpoints');
  await reports.compare([kept]);
  await page.getByText('It is inside today’s ledger').waitFor({ timeout: 60_000 });
  await inspect(vault, 'checkpoints, inside');
  const note = await readFile(kept, 'utf8');
  await writeFile(kept, note.replace(/\n\d+\n/, '\n1\n'));
  await reports.compare([kept]);
  await page.getByText('It is not inside today’s ledger').waitFor({ timeout: 60_000 });
  await inspect(vault, 'checkpoints, outside');
  await writeFile(kept, note.replaceAll(/[0-9a-f]{32}/g, 'a'.repeat(32)));
  await reports.compare([kept]);
  await page.getByText('It says nothing about this ledger').waitFor({ timeout: 60_000 });
  await inspect(vault, 'checkpoints, another vault');
  await reports.compare([home]);
  await page.getByText(/is a folder\.$/).waitFor();
  await inspect(vault, 'checkpoints, no checkpoint');
});

afterEach<{ driver: Driver }>(({ driver }) => {
  expect(driver.complaints).toEqual([]);
});
