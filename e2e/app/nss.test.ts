import path from 'node:path';
import { expect } from 'vitest';
import { nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import { makeNssDatabase, PIN } from '../support/vaults.ts';
import { SetupPages } from './pages/setup-pages.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { Driver, isPackaged } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { test } from './support/test.ts';

test('creates a vault on an NSS token, and asks for the parameters of its library', async ({
  home,
  skip,
}) => {
  skip(isPackaged(), 'no package takes it on a stand-in');
  const database = path.join(home, 'nss');
  makeNssDatabase(database);
  const app = await Driver.start({
    home,
    args: ['--allow-any-token'],
    env: { CLAVIGER_RUNTIME: 'stand-in' },
  });
  const { page } = app;
  const setup = new SetupPages(page);
  await setup.searched();
  await setup.press('Enter initialisation string');
  await inspect(app, 'NSS in the wizard');
  await page
    .getByLabel('Initialisation string of the library')
    .fill(nssParameters(path.join(home, 'elsewhere')));
  await page.keyboard.press('Enter');
  await page.getByText('The PKCS#11 library does not start').waitFor();
  await page.getByLabel('Initialisation string of the library').fill(nssParameters(database));
  await setup.press('Look for its tokens');
  await page.getByRole('radio', { name: /NSS Certificate DB/ }).click();
  await setup.press(/^Continue with NSS Certificate DB/);
  await page.getByLabel('Token PIN').fill(PIN);
  await page.keyboard.press('Enter');
  await setup.probed();
  await setup.press(/^Continue/);
  await page.getByRole('radio', { name: /I accept the risk/ }).click();
  await setup.press(/^Create/);
  await setup.done();
  await setup.press('Go to Overview');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+l');
  await new UnlockPage(page).unlock(PIN);
  expect((await app.call('app.state', null)).screen).toMatchObject({ screen: 'open' });
  await app.stop();
});
