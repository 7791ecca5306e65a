// Writes every screen of the real app, with a real vault and real files, into docs/screenshots/.
// Needs a built app (npm run build), Xvfb and SoftHSM2.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright';
import { resolveRuntime } from './runtime.mjs';

const root = path.resolve(import.meta.dirname, '..');
const target = path.join(root, 'docs/screenshots');
const PIN = '482913';
const sizes = [
  [1280, 800],
  [1024, 700],
];
const themes = ['light', 'dark'];

const startDisplay = async () => {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1100x24', '-nolisten', 'tcp'];
  const xvfb = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    xvfb.once('error', reject);
    xvfb.stdio[3].once('data', (data) => resolve(String(data).trim()));
  });
  process.env.DISPLAY = `:${number}`;
  return xvfb;
};

const startApp = async (home) => {
  const { executable } = await resolveRuntime({ mayFetch: false });
  const app = await _electron.launch({
    executablePath: executable,
    args: [
      root,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${path.join(home, 'data')}`,
    ],
    colorScheme: null,
    env: { ...process.env, HOME: home, CLAVIGER_STATE: path.join(home, 'state') },
  });
  return { app, page: await app.firstWindow() };
};

/** A call as the page makes it, which must succeed. */
const ask = async (page, name, input = null) => {
  const result = await page.evaluate(
    ([call, value]) => window.claviger.call(call, value),
    [name, input],
  );
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
  return result.value;
};

/** The current screen in both themes and at both sizes. */
const shoot = async ({ app, page }, name) => {
  for (const [width, height] of sizes) {
    await app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h),
      [width, height],
    );
    // The pointer is moved away: at the other size it would be over something else and show its tip.
    await page.mouse.move(width - 2, height / 2);
    for (const theme of themes) {
      await ask(page, 'settings.set', { theme });
      await page.waitForTimeout(250);
      await page.screenshot({ path: path.join(target, `${name}-${theme}-${width}.png`) });
    }
  }
  console.log(name);
};

const place = async (page, name) => {
  await page.getByRole('navigation').getByRole('button', { name }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const drop = async (page, files, at = { x: 640, y: 500 }) => {
  const cdp = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
  await cdp.detach();
};

const folders = {
  'Contracts Q3/Nordwind': ['0415 offer.pdf', '0416 cover letter.pdf', '0418 annex B.tiff'],
  'Contracts Q3/Møller': ['Master services.docx', 'Appendix 1.pdf', 'Signature page.pdf'],
  'Contracts Q3/Łódź depot': ['Lease 2026.pdf', 'Floor plans.zip', 'Insurance.pdf'],
  'Annexes and scans': ['Tender minutes 14.pdf', 'Inventory.xlsx', 'Price list 2026.xlsx'],
};

const makeFiles = async (home) => {
  const documents = path.join(home, 'Documents');
  for (const [folder, names] of Object.entries(folders)) {
    await mkdir(path.join(documents, folder), { recursive: true });
    for (const [index, name] of names.entries())
      await writeFile(path.join(documents, folder, name), randomBytes(90_000 * (index + 1)));
    for (let scan = 1; scan <= 40; scan += 1)
      await writeFile(path.join(documents, folder, `scan ${scan}.tiff`), randomBytes(24_000));
  }
  await symlink('Nordwind', path.join(documents, 'Contracts Q3/latest'));
  await writeFile(path.join(documents, 'Framework agreement.pdf'), randomBytes(1_840_000));
  await writeFile(path.join(documents, 'Read me.txt'), 'Contracts of the third quarter.\n');
  return documents;
};

const firstRun = async (shot, home) => {
  const { app, page } = shot;
  await page.getByRole('heading', { name: /Choose the token/ }).waitFor();
  await page.getByRole('button', { name: 'Search again' }).waitFor();
  await page.waitForTimeout(3000);
  await shoot(shot, 'first-run-1-token');
  await page.getByRole('button', { name: 'Create an evaluation token' }).click();
  await app.evaluate(
    ({ dialog }, folder) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
    },
    path.join(home, 'Finance archive'),
  );
  await page.getByRole('button', { name: /^Change/ }).click();
  await page.getByText('Finance archive').first().waitFor();
  await page.getByLabel('New PIN for the token').fill(PIN);
  await page.getByLabel('Repeat the PIN').fill(PIN);
  await shoot(shot, 'first-run-2-folder');
  await page.getByRole('button', { name: /Create and test the token/ }).click();
  await page.getByText('Hard requirements').waitFor({ timeout: 120_000 });
  await shoot(shot, 'first-run-3-probe');
  await page.getByRole('button', { name: /Create the master keys/ }).click();
  await page.getByRole('heading', { name: 'The vault is ready' }).waitFor({ timeout: 60_000 });
  await shoot(shot, 'first-run-4-done');
  await page.getByRole('button', { name: 'Go to Overview' }).click();
};

const keys = [
  ['Contracts 2026', 'hsm-only', 'host'],
  ['Customer statements', 'hsm-wrapped', 'host'],
  ['Payroll 2026', 'hsm-only', 'host'],
  ['Claims intake', 'hsm-wrapped', 'host'],
  ['Board papers', 'hsm-only', 'token'],
  ['Recovery 2026', 'resident', 'host'],
  ['Legal hold 2024', 'hsm-only', 'host'],
  ['Lab results', 'hsm-wrapped', 'host'],
];

const chooseKey = async (page, name) => {
  await page.getByRole('combobox', { name: 'Key' }).click();
  await page.getByRole('option', { name: new RegExp(name) }).click();
};

const workScreens = async (shot, documents) => {
  const { page } = shot;
  await place(page, 'Encrypt & decrypt');
  await chooseKey(page, 'Contracts 2026');
  await shoot(shot, 'work-1-idle');
  const inputs = ['Contracts Q3', 'Annexes and scans', 'Framework agreement.pdf', 'Read me.txt'];
  await drop(
    page,
    inputs.map((name) => path.join(documents, name)),
  );
  await page.getByRole('button', { name: /^Encrypt [\d,]+ files/ }).waitFor();
  await page.getByText('Disk space').waitFor();
  await page.getByRole('combobox', { name: 'Also opens with' }).click();
  await page.getByRole('option', { name: /Recovery 2026/ }).click();
  await page.getByRole('button', { name: 'Remove Recovery 2026' }).waitFor();
  await shoot(shot, 'work-2-plan');
  await page.getByRole('button', { name: /^Encrypt [\d,]+ files/ }).click();
  await page.getByRole('button', { name: 'New batch' }).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'New batch' }).click();
  await runScreen(shot, documents);
  await resultScreen(shot, documents);
};

/** A key that encrypts in the token makes a batch slow enough for a picture. */
const runScreen = async (shot, documents) => {
  const { page } = shot;
  const big = path.join(documents, 'Recordings');
  await mkdir(big);
  for (let note = 1; note <= 120; note += 1)
    await writeFile(path.join(big, `Hearing, note ${note}.docx`), randomBytes(31_000));
  for (let part = 1; part <= 8; part += 1) {
    const file = await open(path.join(big, `Hearing, part ${part}.mov`), 'w');
    await file.truncate(500_000_000);
    await file.close();
  }
  await chooseKey(page, 'Board papers');
  await drop(page, [big]);
  await page.getByRole('button', { name: /^Encrypt 128 files/ }).click();
  await page.getByRole('heading', { name: 'Encrypting 128 files' }).waitFor();
  await page.waitForTimeout(6000);
  await shoot(shot, 'work-3-running');
  await page.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByRole('button', { name: 'New batch' }).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'New batch' }).click();
};

/** Two damaged files among many intact ones. */
const resultScreen = async (shot, documents) => {
  const { page } = shot;
  for (const name of ['Møller/Appendix 1.pdf.clv', 'Nordwind/0418 annex B.tiff.clv']) {
    const file = await open(path.join(documents, 'Contracts Q3', name), 'r+');
    await file.write(randomBytes(64), 0, 64, 60_000);
    await file.close();
  }
  await page.getByRole('radio', { name: 'Verify' }).click();
  await drop(page, [path.join(documents, 'Contracts Q3')]);
  await page.getByRole('button', { name: /^Verify [\d,]+ files/ }).click();
  await page.getByRole('button', { name: 'New batch' }).waitFor({ timeout: 120_000 });
  await shoot(shot, 'work-4-results');
  await page.getByRole('button', { name: 'New batch' }).click();
};

const keyScreens = async (shot) => {
  const { page } = shot;
  await place(page, 'Keys');
  await page.getByRole('row', { name: /Contracts 2026/ }).click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await shoot(shot, 'keys');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Create key/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Supplier invoices 2027');
  await shoot(shot, 'key-create');
  await page.keyboard.press('Escape');
};

const otherScreens = async (shot) => {
  const { page } = shot;
  await ask(page, 'audit.verify');
  await place(page, 'Overview');
  await page.getByText('Recent activity').waitFor();
  await shoot(shot, 'overview');
  await place(page, 'Audit');
  const ended = page.getByRole('row', { name: /Batch ended/ }).first();
  await ended.click();
  await page.getByRole('heading', { name: 'The exact line' }).waitFor();
  await shoot(shot, 'audit');
  await place(page, 'Settings');
  await shoot(shot, 'settings-locking');
  for (const section of ['Appearance', 'Module and token', 'Vault', 'About']) {
    await page.getByRole('button', { name: section, exact: true }).click();
    await page.waitForTimeout(400);
    await shoot(shot, `settings-${section.toLowerCase().replaceAll(' ', '-')}`);
  }
};

const tokenScreens = async (shot) => {
  const { page } = shot;
  await place(page, 'Settings');
  await page.getByRole('button', { name: 'Module and token', exact: true }).click();
  await page.getByRole('button', { name: 'Change PIN…' }).click();
  await page.getByLabel('Old PIN').waitFor();
  await shoot(shot, 'settings-token-pin');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Rotate…' }).click();
  await page.getByLabel('Type the name of the vault').waitFor();
  await shoot(shot, 'settings-master-keys');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Compare now' }).click();
  const found = page.getByText('Nothing is missing, altered or left over.');
  await found.waitFor();
  await found.scrollIntoViewIfNeeded();
  await shoot(shot, 'settings-token-objects');
};

const reportScreens = async (shot, documents) => {
  const { app, page } = shot;
  const file = path.join(documents, 'Activity, November 2026.json');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await place(page, 'Reports');
  await page.getByRole('button', { name: /^Export [123] files?/ }).waitFor();
  await shoot(shot, 'reports-1-export');
  await page.getByRole('button', { name: /^Export [123] files?/ }).click();
  await page.getByRole('status', { name: /^Exported/ }).waitFor({ timeout: 60_000 });
  await page.getByRole('tab', { name: 'Verify a report' }).click();
  const zone = await page.getByRole('group', { name: /^Drop zone: verify/ }).boundingBox();
  await drop(page, [file], { x: zone.x + zone.width / 2, y: zone.y + zone.height / 2 });
  await page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
  await shoot(shot, 'reports-2-verify');
  await page.getByRole('tab', { name: 'Saved checkpoints' }).click();
  await page.getByRole('img', { name: /^QR code/ }).waitFor();
  await shoot(shot, 'reports-3-checkpoints');
  await page.getByRole('tab', { name: 'Past exports' }).click();
  await page
    .getByRole('row', { name: /Activity/ })
    .first()
    .click();
  await shoot(shot, 'reports-4-past');
};

const lockScreens = async (shot) => {
  const { page } = shot;
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Lock', exact: false }).first().click();
  await loaded;
  await page.getByLabel('Token PIN').waitFor();
  await shoot(shot, 'unlock');
  await page.getByLabel('Token PIN').fill('0000');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').first().waitFor();
  await shoot(shot, 'unlock-refused');
};

/** The vault's folder is restored to an older state, while its token stays as it is. */
const rollBack = async (home, work) => {
  const folder = path.join(home, 'Finance archive');
  const older = path.join(home, 'older copy');
  const stays = (name) =>
    ['token', 'lock'].includes(path.relative(folder, name).split(path.sep)[0]);
  await cp(folder, older, { recursive: true, filter: (name) => !stays(name) });
  await work();
  for (const name of await readdir(folder))
    if (name !== 'token') await rm(path.join(folder, name), { recursive: true });
  await cp(older, folder, { recursive: true });
};

const unlock = async (page) => {
  await page.getByLabel('Token PIN').fill(PIN);
  await page.keyboard.press('Enter');
};

const rollbackScreens = async (home) => {
  await rollBack(home, async () => {
    const { app, page } = await startApp(home);
    await unlock(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const name of ['Supplier invoices 2027', 'Tenders 2027'])
      await ask(page, 'keys.create', { name, custody: 'hsm-only', bulk: 'host' });
    await app.close();
  });
  const shot = await startApp(home);
  const { app, page } = shot;
  await unlock(page);
  await page.getByRole('heading', { name: /missing from this vault/ }).waitFor();
  await shoot(shot, 'rollback');
  await page.getByRole('button', { name: /Accept and continue/ }).click();
  await page.getByLabel('What happened').fill('The disk was restored from the backup of Monday.');
  await shoot(shot, 'rollback-accept');
  await page.keyboard.press('Escape');
  await place(page, 'Overview');
  await page.getByText('Recent activity').waitFor();
  await shoot(shot, 'rollback-overview');
  await place(page, 'Encrypt & decrypt');
  await shoot(shot, 'rollback-work');
  await app.close();
};

const allScreens = async (shot, home, documents) => {
  await firstRun(shot, home);
  for (const [name, custody, bulk] of keys)
    await ask(shot.page, 'keys.create', { name, custody, bulk });
  await shot.page.reload();
  await shot.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await workScreens(shot, documents);
  await keyScreens(shot);
  await otherScreens(shot);
  await tokenScreens(shot);
  await reportScreens(shot, documents);
  await lockScreens(shot);
};

/** Only this part, with a vault that is made without pictures. */
const only = process.argv[2];

const quickVault = async ({ app, page }, home) => {
  await page.getByRole('heading', { name: /Choose the token/ }).waitFor();
  await app.evaluate(
    ({ dialog }, folder) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
    },
    path.join(home, 'Finance archive'),
  );
  const folder = await ask(page, 'setup.pickFolder');
  await ask(page, 'setup.connect', { kind: 'evaluation', folder: folder.id, pin: PIN });
  await ask(page, 'setup.finish', { folder: folder.id, lossPlan: null });
  for (const [name, custody, bulk] of keys) await ask(page, 'keys.create', { name, custody, bulk });
  await page.reload();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
};

const parts = {
  rollback: async () => undefined,
  work: workScreens,
  reports: reportScreens,
  token: tokenScreens,
};

const run = async () => {
  const display = await startDisplay();
  const home = await mkdtemp(path.join(tmpdir(), 'claviger-screens-'));
  if (only === undefined) await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await mkdir(path.join(home, 'Finance archive'));
  const documents = await makeFiles(home);
  const shot = await startApp(home);
  try {
    if (only === undefined) await allScreens(shot, home, documents);
    else {
      await quickVault(shot, home);
      await parts[only](shot, documents);
    }
  } catch (error) {
    await shot.page.screenshot({ path: path.join(target, 'failed.png') });
    throw error;
  } finally {
    await shot.app.close();
  }
  try {
    if (only === undefined || only === 'rollback') await rollbackScreens(home);
  } finally {
    display.kill();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

await run();
