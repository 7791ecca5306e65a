import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import { type Interrupted, type OldVault, placeBatch, unpack } from '../support/old-vaults.ts';
import { filesIn } from '../support/trees.ts';
import { PIN } from '../support/vaults.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { Driver, isPackaged } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { test } from './support/test.ts';

// Vaults of the last build without sessions, killed during a batch, opened in the window.

let vault: OldVault;
let batch: Interrupted;
afterEach(() => {
  vault.remove();
  batch.remove();
});

const start = async (home: string): Promise<Driver> => {
  const app = await Driver.start({
    home,
    args: ['--allow-any-token'],
    env: {
      SOFTHSM2_CONF: path.join(vault.home, 'softhsm2.conf'),
      CLAVIGER_RUNTIME: 'stand-in',
    },
  });
  await app.answerDialogs([vault.dir]);
  await app.call('vault.choose', null);
  return app;
};

/** Opened for the first time: which library leads to the token. */
const trust = async ({ page }: Driver, product: string): Promise<void> => {
  await page.getByRole('radio', { name: product }).click();
  const go = page.getByRole('button', { name: /Trust this vault/ });
  await page.getByRole('checkbox', { name: /fingerprint/ }).click();
  if (product === 'NSS softokn') {
    expect(await go.getAttribute('aria-disabled')).toBe('true');
    const field = page.getByLabel('Initialisation string of the library');
    await field.fill(nssParameters(path.join(vault.home, 'nss')));
  }
  await go.click();
};

const isOfBatch = ({ action }: { action: string }): boolean => action.startsWith('batch.');

const ledger = (): Buffer => readFileSync(path.join(vault.dir, 'ledger.jsonl'));

describe.each([
  ['softhsm2-killed', 'SoftHSM2'],
  ['nss-killed', 'NSS softokn'],
] as const)('%s', (name, product) => {
  test('opens after its unsigned records were viewed and confirmed', async ({ home, skip }) => {
    skip(isPackaged(), 'no package opens it on a stand-in');
    vault = unpack(name);
    batch = placeBatch(name);
    rmSync(path.join(vault.dir, 'lock'));
    const old = ledger();
    const first = await start(home);
    await trust(first, product);
    await first.fails('carryOver.confirm', { pin: PIN }, 'usage');
    await new UnlockPage(first.page).enter(PIN);
    const heading = first.page.getByRole('heading', { name: 'The last records are not signed' });
    await heading.waitFor();
    // The page explains it before it asks for anything.
    const found = await first.call('carryOver.look', null);
    expect(found.last).toBeGreaterThan(found.first);
    const records = vault.records();
    expect(found.from).toBe(records[found.first - 1]?.time);
    expect(found.to).toBe(records[found.last - 1]?.time);
    const list = first.page.getByRole('region', { name: /^Unsigned records/ });
    await list
      .getByText(/^Encrypted /)
      .first()
      .waitFor();
    await first.page.getByText(/Encrypt file \(\d+\)/).waitFor();
    await inspect(first, `${name}, unsigned records`);
    // Neither the PIN alone nor leaving the page confirms.
    await new UnlockPage(first.page).enter(PIN);
    expect(await first.page.getByRole('button', { name: 'Confirm and unlock' }).isVisible()).toBe(
      true,
    );
    await first.page.getByRole('button', { name: 'Leave it locked' }).click();
    await first.page.getByRole('heading', { name: 'Open a vault' }).waitFor();
    await first.stop();
    expect(ledger().subarray(0, old.length)).toEqual(old);
    const carried = (): boolean => vault.records().some(({ details }) => 'carried' in details);
    expect(carried()).toBe(false);

    // The library is known now, with its parameters.
    const second = await start(home);
    const { page } = second;
    const pin = new UnlockPage(page);
    await pin.enter(PIN);
    await page.getByRole('heading', { name: 'The last records are not signed' }).waitFor();
    await page.getByRole('checkbox', { name: /done here last/ }).click();
    await pin.enter('000000');
    await page.getByText('The token did not accept this PIN.').waitFor();
    expect(carried()).toBe(false);
    await pin.unlock(PIN);
    expect(carried()).toBe(true);
    expect(ledger().subarray(0, old.length)).toEqual(old);
    expect(await second.call('audit.verify', null)).toMatchObject({ sound: true });
    const [waiting] = await second.call('batch.unfinished', null);
    if (waiting === undefined) throw new Error('the batch is gone');
    await second.call('batch.resume', { id: waiting.id });
    const newest = (): string | undefined => vault.records().findLast(isOfBatch)?.action;
    await expect.poll(newest, { timeout: 60_000 }).toBe('batch.end');
    expect(filesIn(batch.out)).toHaveLength(300);
    await second.stop();
  });
});
