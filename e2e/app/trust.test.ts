import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { nameLibrary } from '../support/edited-keystore.ts';
import {
  copySoftHsm,
  makeOutsideToken,
  makeStranger,
  type OutsideToken,
} from '../support/outside-token.ts';
import { clavigerOf, PIN } from '../support/vaults.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { Driver, isPackaged } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { test } from './support/test.ts';

// A vault whose token is outside its folder, opened in the window.

interface Made {
  readonly token: OutsideToken;
  readonly dir: string;
  readonly library: string;
  /** Fingerprint of the key that signs its checkpoints. */
  readonly fingerprint: string;
}

const make = async (home: string): Promise<Made> => {
  const token = makeOutsideToken(path.join(home, 'hsm'));
  const library = copySoftHsm(path.join(home, 'vendor/libtoken.so'));
  const dir = path.join(home, 'Finance archive');
  const { env } = token;
  const cli = clavigerOf(dir);
  const made = await cli.run(['init', '--module', library, '--token', token.label], { env });
  expect(made, made.stderr).toMatchObject({ code: 0 });
  const shown = await cli.run(['checkpoint', 'show', '--json'], { env });
  const { fingerprint } = JSON.parse(shown.stdout) as { fingerprint: string };
  return { token, dir, library, fingerprint };
};

/** The app with this vault open, locked. */
const start = async (
  home: string,
  { token, dir }: Made,
  env: Readonly<Record<string, string>> = {},
): Promise<Driver> => {
  const runtime = { CLAVIGER_RUNTIME: 'stand-in' };
  const args = ['--allow-any-token'];
  const app = await Driver.start({ home, args, env: { ...token.env, ...runtime, ...env } });
  await app.answerDialogs([dir]);
  await app.call('vault.choose', null);
  return app;
};

/** The same vault, opened by another user. */
const secondUser = (home: string): Record<string, string> => ({
  CLAVIGER_STATE: path.join(home, 'second'),
});

test('asks for the library of a token before it loads one', async ({ home, skip }) => {
  skip(isPackaged(), 'no package opens it on a stand-in');
  const made = await make(home);
  const trace = path.join(home, 'trace');
  const stranger = path.join(home, 'stranger.so');
  makeStranger(stranger, trace);
  const app = await start(home, made, secondUser(home));
  const { page } = app;
  await page.getByRole('heading', { name: 'This computer does not know this vault yet' }).waitFor();
  expect(await new UnlockPage(page).pin.count()).toBe(0);
  await app.fails('session.unlock', { pin: PIN }, 'vault-unknown');
  const shown = (await page.locator('.print').innerText()).replace(/\s/g, '');
  expect(shown).toBe(made.fingerprint);
  await app.answerDialogs([made.library]);
  await page.getByRole('button', { name: 'Other library…' }).click();
  await page.getByRole('radio', { name: made.library }).waitFor();
  await page.getByRole('checkbox', { name: /fingerprint/ }).click();
  await page.getByRole('button', { name: /Trust this vault/ }).click();
  await new UnlockPage(page).unlock(PIN);
  await app.stop();
  const again = await start(home, made, secondUser(home));
  await new UnlockPage(again.page).unlock(PIN);
  await again.stop();
  // What the folder says afterwards has no effect, whether it is opened or not.
  await nameLibrary(made.dir, stranger);
  for (const env of [{}, { CLAVIGER_STATE: path.join(home, 'third') }]) {
    const opened = await start(home, made, env);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    await opened.raw('session.unlock', { pin: PIN });
    expect(existsSync(trace)).toBe(false);
    await opened.stop();
  }
});

test('shows a changed library, and loads it only after a confirmation', async ({ home, skip }) => {
  skip(isPackaged(), 'no package opens it on a stand-in');
  const made = await make(home);
  const trace = path.join(home, 'trace');
  const genuine = readFileSync(made.library);
  makeStranger(made.library, trace);
  const app = await start(home, made);
  const heading = app.page.getByRole('heading', { name: /PKCS#11 library has changed/ });
  await heading.waitFor();
  expect(await new UnlockPage(app.page).pin.count()).toBe(0);
  expect(existsSync(trace)).toBe(false);
  await app.stop();
  // The user knows about the update.
  writeFileSync(made.library, Buffer.concat([genuine, Buffer.from('2.6.2')]));
  const updated = await start(home, made);
  const { page } = updated;
  await page.getByText(made.library).waitFor();
  await page.getByRole('button', { name: 'Trust the library as it is now' }).click();
  await new UnlockPage(page).unlock(PIN);
  await page.getByText('The token’s PKCS#11 library was replaced').waitFor();
  await updated.stop();
  const state = path.join(home, 'state/vaults');
  const known = readFileSync(path.join(state, readdirSync(state)[0] ?? ''), 'utf8');
  expect(known).toContain(made.library);
});

/** What this computer knows about the vault of the test. */
const stateFile = (home: string): string => {
  const folder = path.join(home, 'state/vaults');
  return path.join(folder, readdirSync(folder)[0] ?? '');
};

test('reports another vault in the place of the known one', async ({ home, skip }) => {
  skip(isPackaged(), 'no package opens it on a stand-in');
  const made = await make(home);
  const file = stateFile(home);
  const known = readFileSync(file, 'utf8');
  const other = 'ab'.repeat(32);
  writeFileSync(file, known.replace(made.fingerprint, other));
  const app = await start(home, made);
  const { page } = app;
  await page
    .getByRole('heading', { level: 1, name: 'This is not the vault that this computer knows' })
    .waitFor();
  // It shows both keys, what is unharmed and what to do; there is no PIN field.
  const keys = (await page.locator('.print').allInnerTexts()).map((key) => key.replace(/\s/g, ''));
  expect(keys).toEqual([other, made.fingerprint]);
  await page.getByText('No PKCS#11 library was loaded and no PIN was given to one.').waitFor();
  await page.getByText('Open the folder of the vault that you know, or its newest copy.').waitFor();
  expect(await new UnlockPage(page).pin.count()).toBe(0);
  await app.fails('session.unlock', { pin: PIN }, 'vault-other');
  await inspect(app, 'another vault');
  await page.getByRole('button', { name: 'Open another vault' }).click();
  await page.getByRole('heading', { name: 'Open a vault' }).waitFor();
  await app.stop();
});

test('says if what it knows about a vault is damaged, and continues once that is repaired', async ({
  home,
  skip,
}) => {
  skip(isPackaged(), 'no package opens it on a stand-in');
  const made = await make(home);
  const file = stateFile(home);
  chmodSync(file, 0o666);
  const app = await start(home, made);
  const { page } = app;
  const heading = page.getByRole('heading', { level: 1, name: /is not reliable/ });
  await heading.waitFor();
  await page.getByText(file).waitFor();
  await page.getByText('No PKCS#11 library was loaded and nothing was changed.').waitFor();
  expect(await new UnlockPage(page).pin.count()).toBe(0);
  await app.fails('session.unlock', { pin: PIN }, 'trust-damaged');
  await inspect(app, 'damaged trust');
  appendFileSync(file, '}');
  chmodSync(file, 0o600);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('is damaged').waitFor();
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -1));
  await page.getByRole('button', { name: 'Try again' }).click();
  await new UnlockPage(page).unlock(PIN);
  await app.stop();
});
