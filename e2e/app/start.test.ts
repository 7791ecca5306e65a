import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { appCommand, Driver, PIN } from './support/driver.ts';
import { makeFiles } from './support/files.ts';
import { inspect } from './support/inspect.ts';
import { makeKey, makeVault, test } from './support/test.ts';

interface Sealed {
  readonly vault: string;
  /** An encrypted file of that vault. */
  readonly file: string;
}

/** Creates a vault and an encrypted file, and quits. */
const prepare = async (home: string): Promise<Sealed> => {
  const app = await Driver.start({ home });
  const vault = await makeVault(app);
  await makeKey(app, 'Contracts 2026', 'balanced');
  await app.page.reload();
  const work = new WorkPage(app.page);
  await work.open();
  const folder = await makeFiles(home);
  await work.drop([path.join(folder, 'a.txt')]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 1);
  await app.stop();
  return { vault, file: path.join(folder, 'a.txt.clv') };
};

const bounds = (app: Driver): Promise<unknown> =>
  app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());

test('restores the vault, the window and the appearance', async ({ home }) => {
  const first = await Driver.start({ home });
  await makeVault(first);
  await first.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await first.page.keyboard.press('Control+,');
  await first.page.getByRole('button', { name: 'Appearance' }).click();
  await first.page.getByRole('radio', { name: 'Dark' }).click();
  await first.page.locator('html[data-theme="dark"]').waitFor();
  await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 60, y: 40, width: 1100, height: 720 }),
  );
  const before = await bounds(first);
  await first.stop();

  const second = await Driver.start({ home });
  await second.page.getByRole('heading', { level: 1, name: 'Vault' }).waitFor();
  await second.page.getByText('Locked since the program was started').waitFor();
  await second.page.locator('html[data-theme="dark"]').waitFor();
  expect(await bounds(second)).toEqual(before);
  // Native pages follow the theme too.
  expect(await second.app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(
    true,
  );
  await new UnlockPage(second.page).unlock(PIN);
  await second.stop();
});

test('opens an encrypted file from the shell as a plan to decrypt it', async ({ home }) => {
  const { file } = await prepare(home);
  const app = await Driver.start({ home, args: [file] });
  await new UnlockPage(app.page).unlock(PIN);
  await app.page.getByText('the mode is now Decrypt').waitFor();
  await app.page.getByRole('cell', { name: 'a.txt.clv', exact: true }).waitFor();
  await new WorkPage(app.page).startButton('Decrypt').waitFor();
  await app.stop();
});

test('passes the files of a second start to the first, and exits', async ({ home }) => {
  const { file } = await prepare(home);
  const app = await Driver.start({ home });
  await new UnlockPage(app.page).unlock(PIN);
  const { executable, args } = appCommand(home);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const second = spawn(executable, [...sandbox, ...args, path.basename(file)], {
    cwd: path.dirname(file),
    env: { ...process.env, HOME: home, CLAVIGER_STATE: path.join(home, 'state') },
    stdio: 'ignore',
  });
  expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0);
  await app.page.getByText('the mode is now Decrypt').waitFor();
  await app.page.getByRole('cell', { name: 'a.txt.clv', exact: true }).waitFor();
  await app.stop();
});

test('says why a damaged vault was not opened, and does not change it', async ({ home }) => {
  const { vault } = await prepare(home);
  await writeFile(path.join(vault, 'keystore.sqlite'), 'nonsense');
  const app = await Driver.start({ home });
  const { page } = app;
  await page.getByRole('heading', { name: 'This vault was not opened' }).waitFor();
  await page.getByText(vault, { exact: true }).waitFor();
  expect((await app.call('app.state', null)).screen).toMatchObject({
    screen: 'damaged',
    failure: { code: 'keystore-foreign' },
  });
  await inspect(app, 'damaged vault');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'This vault was not opened' }).waitFor();
  await page.getByRole('button', { name: 'Open another vault' }).click();
  await page.getByRole('heading', { name: 'Open a vault' }).waitFor();
  await page
    .getByRole('list', { name: /^Vaults that were opened/ })
    .getByText(vault)
    .waitFor();
  await inspect(app, 'vaults to be opened');
  await page.getByRole('button', { name: 'Create a vault' }).click();
  await page.getByRole('heading', { name: /^Choose the token/ }).waitFor();
  await app.stop();
});
