import { expect, vi } from 'vitest';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { Workspace } from './pages/workspace.ts';
import { type Driver, PIN } from './support/driver.ts';
import { makeLongWork } from './support/files.ts';
import { inspect } from './support/inspect.ts';
import { makeKey, test } from './support/test.ts';

const NEW = '161803';

const openDialog = async ({ page }: Driver): Promise<void> => {
  await new Workspace(page).go('Settings');
  await page.getByRole('button', { name: 'Module and token' }).click();
  await page.getByRole('button', { name: 'Change PIN…' }).click();
};

const change = async ({ page }: Driver, ...pins: [string, string, string]): Promise<void> => {
  const dialog = page.getByRole('dialog', { name: 'Change the PIN of the token' });
  for (const [i, label] of ['Old PIN', 'New PIN', 'Repeat the new PIN'].entries())
    await dialog.getByLabel(label, { exact: true }).fill(pins[i] ?? '');
  await page.keyboard.press('Enter');
};

const recorded = async (vault: Driver, action: string): Promise<string[]> => {
  const filter = { filter: { action }, upTo: null, offset: 0, limit: 10 };
  const { rows } = await vault.call('audit.query', filter);
  return rows.map(({ outcome, code }) => code ?? outcome);
};

test('the PIN can be changed while a batch runs, and the new one is valid from then on', async ({
  vault,
}) => {
  const { page } = vault;
  const folder = await makeLongWork(vault.home, { files: 5, megabytes: 32 });
  await makeKey(vault, 'Slow', 'maximum');
  await page.reload();
  const work = new WorkPage(page);
  await work.open();
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.running('Encrypt');

  await openDialog(vault);
  await change(vault, '314159', NEW, NEW);
  await page.getByText('The old PIN is not correct.').waitFor();
  expect(await page.getByLabel('Old PIN').inputValue()).toBe('');
  await change(vault, PIN, '123', '123');
  await page.getByText(/The new PIN is too short/).waitFor();
  await inspect(vault, 'PIN dialog with a refusal');
  await change(vault, PIN, NEW, NEW);
  await page.getByText('PIN changed').waitFor();
  expect(await recorded(vault, 'token.pin')).toEqual(['ok', 'pin-unsuitable', 'pin-incorrect']);

  await new Workspace(page).go('Encrypt & decrypt');
  await work.allDone('Encrypt', 5);

  await vault.app.evaluate(({ app }) => {
    const engine = app.getAppMetrics().find(({ name }) => name === 'claviger-engine');
    if (engine !== undefined) process.kill(engine.pid, 'SIGKILL');
  });
  const lost = page.getByRole('dialog', { name: /driver stopped working/ });
  await lost.waitFor({ timeout: 60_000 });
  await lost.getByLabel('Token PIN').fill(PIN);
  await page.keyboard.press('Enter');
  await lost.getByText(/did not accept this PIN/).waitFor();
  await lost.getByLabel('Token PIN').fill(NEW);
  await page.keyboard.press('Enter');
  await lost.waitFor({ state: 'detached', timeout: 60_000 });
  await vi.waitFor(
    async () => expect((await vault.call('session.status', null)).token.present).toBe(true),
    {
      timeout: 60_000,
      interval: 100,
    },
  );

  await vault.reloads(() => page.keyboard.press('Control+l'));
  const unlock = new UnlockPage(page);
  await unlock.enter(PIN);
  await unlock.refusal.waitFor();
  await unlock.unlock(NEW);
  await vault.fails('session.changePin', { change: null }, 'pin-missing');
});
