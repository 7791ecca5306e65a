import { execFileSync } from 'node:child_process';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { startDisplay } from './support/display.ts';
import { Driver, PIN } from './support/driver.ts';
import { makeFiles } from './support/files.ts';
import { makeKey, makeVault, sharedTest, test } from './support/test.ts';

const patience = { timeout: 60_000, interval: 200 };

/** Sets the computer's clock. */
const setClock = (vault: Driver, minutes: number): Promise<void> =>
  vault.app.evaluate((_electron, ms) => {
    const now = Date.now;
    Date.now = () => now() + ms;
  }, minutes * 60_000);

/** Makes the main process believe that time has passed, asleep or awake. */
const pass = async (vault: Driver, minutes: number): Promise<void> => {
  await setClock(vault, minutes);
  await vault.app.evaluate((_electron, seconds) => {
    const os = process.getBuiltinModule('node:os');
    const { uptime } = os;
    os.uptime = () => uptime() + seconds;
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  }, minutes * 60);
};

const expectLocked = async (vault: Driver, reason: string): Promise<void> => {
  await new UnlockPage(vault.page).pin.waitFor();
  expect((await vault.call('app.state', null)).screen).toMatchObject({
    screen: 'locked',
    lock: { reason },
  });
};

sharedTest('locks at once with Ctrl L, and keeps nothing in the page', async ({ vault }) => {
  await vault.page.getByRole('heading', { level: 1 }).waitFor();
  await vault.page.evaluate(() => {
    document.title = 'secret';
  });
  await vault.reloads(() => vault.page.keyboard.press('Control+l'));
  await expectLocked(vault, 'user');
  expect(await vault.page.title()).not.toBe('secret');
  await vault.page.getByText(/^Locked at .* by you$/).waitFor();
});

sharedTest('refuses a wrong PIN, records it, and opens with the right one', async ({ vault }) => {
  const unlock = new UnlockPage(vault.page);
  await unlock.pin.waitFor();
  const before = await unlock.pin.boundingBox();
  await unlock.enter('000000');
  await unlock.refusal.waitFor();
  // The message below does not move what is above it.
  expect(await unlock.pin.boundingBox()).toEqual(before);
  // Shown with this refusal, not only when the token is checked again.
  expect(await unlock.refusal.innerText()).toContain('Few tries remain');
  // A refused PIN does not stay in the field.
  expect(await unlock.pin.inputValue()).toBe('');
  await vault.fails('keys.list', null, 'not-logged-in');
  await unlock.unlock(PIN);
  const { rows } = await vault.call('audit.query', {
    filter: { outcome: 'refused' },
    upTo: null,
    offset: 0,
    limit: 10,
  });
  expect(rows.map(({ action, code }) => [action, code])).toEqual([
    ['window.refused', 'not-logged-in'],
    ['token.login', 'pin-incorrect'],
  ]);
});

sharedTest('locks after the set time without input, and not before', async ({ vault }) => {
  await vault.call('settings.set', { autoLockMinutes: 2 });
  const locksAt = async (): Promise<number> =>
    Date.parse((await vault.call('session.status', null)).locksAt);
  const before = await locksAt();
  await pass(vault, 1);
  // Moving the mouse counts as activity, calls of the page do not.
  expect(await locksAt()).toBe(before);
  await vi.waitFor(async () => {
    await vault.page.mouse.move(10 + Math.random() * 500, 10);
    expect(await locksAt()).toBeGreaterThanOrEqual(before + 60_000);
  }, patience);
  // Input that was still on its way may arrive after the jump: then another jump is needed.
  await vault.reloads(() =>
    vi.waitFor(
      async () => {
        await pass(vault, 2);
        const { screen } = await vault.call('app.state', null);
        expect(screen.screen).toBe('locked');
      },
      { timeout: 60_000, interval: 1_500 },
    ),
  );
  await expectLocked(vault, 'idle');
  await new UnlockPage(vault.page).unlock(PIN);
});

sharedTest('locks in time although the clock is set back', async ({ vault }) => {
  await vault.call('settings.set', { autoLockMinutes: 2 });
  await setClock(vault, -48 * 60);
  await vault.reloads(() => pass(vault, 3));
  await expectLocked(vault, 'idle');
  await setClock(vault, 48 * 60);
  await new UnlockPage(vault.page).unlock(PIN);
});

sharedTest.for(['lock-screen', 'suspend'] as const)(
  'locks on the signal %s of the computer',
  async (signal, { vault }) => {
    await vault.reloads(() =>
      vault.app.evaluate(({ powerMonitor }, name) => void powerMonitor.emit(name), signal),
    );
    await expectLocked(vault, signal === 'suspend' ? 'suspend' : 'system-lock');
    await new UnlockPage(vault.page).unlock(PIN);
  },
);

sharedTest('takes the PIN straight after a lock, however often', async ({ vault }) => {
  for (let time = 1; time <= 8; time++) {
    await vault.reloads(() => vault.page.keyboard.press('Control+l'));
    await new UnlockPage(vault.page).unlock(PIN);
  }
});

sharedTest('keeps results that were shown over a lock', async ({ vault, home }) => {
  const folder = await makeFiles(home);
  await makeKey(vault, 'Contracts', 'fast');
  await vault.page.reload();
  const work = new WorkPage(vault.page);
  await work.open();
  await work.drop([folder]);
  await work.startButton('Encrypt').waitFor();
  await rename(path.join(folder, 'a.txt'), path.join(home, 'a.txt'));
  await work.start('Encrypt');
  expect(await work.ended()).toBe('1 of 3 files failed');
  await vault.reloads(() => vault.page.keyboard.press('Control+l'));
  await new UnlockPage(vault.page).pin.waitFor();
  expect(await vault.page.getByText('1 of 3 files failed').count()).toBe(0);
  await new UnlockPage(vault.page).unlock(PIN);
  await work.go('Encrypt & decrypt');
  await vault.page.getByRole('heading', { level: 1, name: '1 of 3 files failed' }).waitFor();
  await work.row('a.txt').filter({ hasText: 'Failed' }).waitFor();
  // Their actions as well.
  await rename(path.join(home, 'a.txt'), path.join(folder, 'a.txt'));
  await vault.page.getByRole('button', { name: /^Retry 1 failed/ }).click();
  await work.allDone('Encrypt', 1);
});

// Electron does not report a locked screen on Linux. The test has its own display, because
// the screen is locked for every app on it.
test.runIf(process.platform === 'linux')('locks when the screen is locked', async ({ home }) => {
  const display = await startDisplay();
  const vault = await Driver.start({ home, env: { DISPLAY: display.name } });
  try {
    await makeVault(vault);
    const xset = (...args: string[]): void =>
      void execFileSync('xset', ['-display', display.name, ...args]);
    await vault.reloads(async () => {
      xset('s', 'activate');
      return Promise.resolve();
    });
    await expectLocked(vault, 'system-lock');
    xset('s', 'reset');
    await new UnlockPage(vault.page).unlock(PIN);
  } finally {
    await vault.stop();
    display.stop();
  }
});
