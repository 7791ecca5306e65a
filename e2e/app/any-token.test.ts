import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Profile } from '../../shared/contract/token.ts';
import { SetupPages } from './pages/setup-pages.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { Driver, isPackaged, PIN } from './support/driver.ts';
import { test } from './support/test.ts';

/** A SoftHSM2 token outside any vault: like an HSM, and not an evaluation token. */
const makeToken = async (home: string): Promise<Readonly<Record<string, string>>> => {
  const tokens = path.join(home, 'tokens');
  const SOFTHSM2_CONF = path.join(home, 'softhsm2.conf');
  await mkdir(tokens);
  await writeFile(SOFTHSM2_CONF, `directories.tokendir = ${tokens}\n`);
  const init = ['--init-token', '--free', '--label', 'HSM', '--pin', PIN, '--so-pin', PIN];
  const env = { SOFTHSM2_CONF, CLAVIGER_RUNTIME: 'stand-in' };
  execFileSync('softhsm2-util', init, { env: { ...process.env, ...env } });
  return env;
};

const tokenId = async (app: Driver): Promise<string> => {
  const modules = await app.call('setup.modules', null);
  const found = modules.flatMap(({ tokens }) => tokens).find(({ label }) => label === 'HSM');
  if (found === undefined) throw new Error('the token is not found');
  return found.id;
};

const connect = async (app: Driver): Promise<Profile> =>
  app.call('setup.connect', { kind: 'existing', token: await tokenId(app), pin: PIN });

const expectRefused = async (app: Driver): Promise<void> => {
  const connecting = { kind: 'existing', token: await tokenId(app), pin: PIN } as const;
  await app.fails('setup.connect', connecting, 'unsafe-runtime');
};

const running = async (
  place: Parameters<typeof Driver.start>[0],
  work: (app: Driver) => Promise<void>,
): Promise<void> => {
  const app = await Driver.start(place);
  try {
    await work(app);
  } finally {
    await app.stop();
  }
};

const SWITCH = ['--allow-any-token'];

test('opens only evaluation tokens on the third-party runtime', async ({ home }) => {
  const env = await makeToken(home);
  await running({ home, env }, async (app) => {
    // Said before anything asks for a PIN: the token is listed but cannot be chosen.
    const { page } = app;
    await new SetupPages(page).searched();
    await page.getByText('This copy runs on an unofficial Electron build.').waitFor();
    const token = page.getByRole('radio', { name: /HSM/ });
    await token.waitFor();
    expect(await token.isDisabled()).toBe(true);
    await page.getByText('not usable in this copy').first().waitFor();
    await page.getByText('HSM', { exact: true }).click({ force: true });
    await page.getByRole('button', { name: 'Continue' }).click({ force: true });
    expect(await page.locator('input[type=password]').count()).toBe(0);
    await expectRefused(app);
  });
});

test('opens any token on it if a test asks for that, and says so', async ({ home, skip }) => {
  skip(isPackaged(), 'no package knows the switch: see below');
  const env = await makeToken(home);
  await running({ home, env, args: SWITCH }, async (app) => {
    const profile = await connect(app);
    expect(profile.evaluationOnly).toBe(false);
    const folder = await app.call('setup.folder', null);
    await app.call('setup.finish', { folder: folder.id, lossPlan: 'refused' });
    await app.page.reload();
    await app.page.getByText('With --allow-any-token it opens every vault').waitFor();
    expect((await app.call('app.state', null)).runtime).toMatchObject({
      official: false,
      anyToken: true,
    });
  });
  // A vault created in this way does not open without the switch either.
  await running({ home, env }, async (app) => {
    await app.page.getByText('unofficial Electron build').first().waitFor();
    expect((await app.call('app.state', null)).screen).toMatchObject({
      screen: 'damaged',
      failure: { code: 'unsafe-runtime' },
    });
    await app.page.getByRole('heading', { name: 'This vault was not opened' }).waitFor();
    expect(await new UnlockPage(app.page).pin.count()).toBe(0);
  });
});

test('has no such switch when packaged', async ({ home, skip }) => {
  skip(!isPackaged(), 'run by npm run e2e:packaged');
  const env = { ...(await makeToken(home)), CLAVIGER_RUNTIME: 'official' };
  await running({ home, env, args: SWITCH }, async (app) => {
    const { runtime } = await app.call('app.state', null);
    // A package with the official Electron opens any token.
    expect(runtime.anyToken).toBe(runtime.official);
    if (!runtime.official) await expectRefused(app);
  });
});
