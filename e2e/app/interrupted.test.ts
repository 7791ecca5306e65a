import { rename } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import type { Batch } from '../../shared/contract/work.ts';
import { UnlockPage } from './pages/unlock-page.ts';
import { WorkPage } from './pages/work-page.ts';
import { Driver, PIN } from './support/driver.ts';
import { makeLongWork } from './support/files.ts';
import { filesBelow, makeKey, makeVault, test } from './support/test.ts';

const patience = { timeout: 60_000, interval: 100 };

/** A running batch that takes a while. */
const startLongBatch = async (vault: Driver): Promise<{ work: WorkPage; folder: string }> => {
  const folder = await makeLongWork(vault.home, { files: 5, megabytes: 48 });
  await makeKey(vault, 'Slow', 'maximum');
  await vault.page.reload();
  const work = new WorkPage(vault.page);
  await work.open();
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.running('Encrypt');
  await until(vault, ({ bytesDone }) => bytesDone > 0);
  return { work, folder };
};

const until = (vault: Driver, reached: (batch: Batch) => boolean): Promise<Batch> =>
  vi.waitFor(async () => {
    const batch = await vault.call('batch.current', null);
    if (batch === null || !reached(batch)) throw new Error('not yet');
    return batch;
  }, patience);

/** @returns whether there was one to kill */
const signalEngine = (vault: Driver, signal: NodeJS.Signals): Promise<boolean> =>
  vault.app.evaluate(({ app }, sent) => {
    const engine = app.getAppMetrics().find(({ name }) => name === 'claviger-engine');
    return engine !== undefined && process.kill(engine.pid, sent);
  }, signal);

const killEngine = async (vault: Driver): Promise<void> =>
  expect(await signalEngine(vault, 'SIGKILL')).toBe(true);

const actsOf = async (vault: Driver, action: string): Promise<number> => {
  const filter = { filter: { action }, upTo: null, offset: 0, limit: 10 };
  return (await vault.call('audit.query', filter)).total;
};

const expectComplete = async (folder: string): Promise<void> => {
  const files = await filesBelow(folder);
  expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.clv'))).toHaveLength(5);
};

/** Resumes the unfinished batch. */
const resumeBatch = async (vault: Driver, folder: string): Promise<void> => {
  const work = new WorkPage(vault.page);
  await work.open();
  await work.page.getByText('Encrypting 5 files was interrupted.').waitFor();
  await work.page.getByRole('button', { name: 'Resume' }).click();
  await work.ended();
  await expectComplete(folder);
  await work.newBatch();
  await work.page.getByText('was interrupted').waitFor({ state: 'detached' });
};

const answerEngineLost = async (vault: Driver): Promise<void> => {
  const dialog = vault.page.getByRole('dialog', { name: /driver stopped working/ });
  await dialog.waitFor({ timeout: 60_000 });
  await dialog.getByLabel('Token PIN').fill(PIN);
  await vault.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached', timeout: 60_000 });
  await vi.waitFor(async () => {
    const { token, pinNeeded } = await vault.call('session.status', null);
    expect({ pinNeeded, present: token.present }).toEqual({ pinNeeded: null, present: true });
  }, patience);
};

test('continues after the engine was killed during a batch, once the PIN is entered', async ({
  vault,
}) => {
  const { work, folder } = await startLongBatch(vault);
  await killEngine(vault);
  await answerEngineLost(vault);
  await work.allDone('Encrypt', 5);
  await expectComplete(folder);
  expect(await actsOf(vault, 'engine.lost')).toBe(1);
});

test('locks after the engine was lost again and again', async ({ vault }) => {
  for (const time of [1, 2, 3]) {
    await killEngine(vault);
    await answerEngineLost(vault);
    await vi.waitFor(async () => expect(await actsOf(vault, 'engine.lost')).toBe(time), patience);
  }
  await vault.reloads(() => killEngine(vault));
  await vault.page.getByText('because the token’s driver stopped working').waitFor();
  await new UnlockPage(vault.page).unlock(PIN);
  expect(await actsOf(vault, 'engine.lost')).toBe(4);
});

test('locks when the token is removed during a batch, and resumes when it is back', async ({
  vault,
}) => {
  const { folder } = await startLongBatch(vault);
  const { screen } = await vault.call('app.state', null);
  if (screen.screen !== 'open') throw new Error('the vault is not open');
  const token = path.join(screen.vault.path, 'token');
  await vault.reloads(async () => {
    await rename(token, `${token}-away`);
    // A missing software token is noticed when its library opens it again, if not before.
    await signalEngine(vault, 'SIGKILL');
  });
  await vault.page.getByRole('alert').filter({ hasText: 'is not connected.' }).waitFor(patience);
  expect((await filesBelow(folder)).filter((file) => file.endsWith('.part'))).toEqual([]);

  await rename(`${token}-away`, token);
  await vault.page.getByText('is not connected.').waitFor({ state: 'detached', ...patience });
  await new UnlockPage(vault.page).unlock(PIN);
  await resumeBatch(vault, folder);
});

test('cancels a batch whose driver hangs, and starts another engine', async ({ vault }) => {
  const { work, folder } = await startLongBatch(vault);
  expect(await signalEngine(vault, 'SIGSTOP')).toBe(true);
  // Nothing else waits for it, not even settings that are sent to the engine.
  expect(await vault.call('settings.set', { cacheMinutes: 7 })).toMatchObject({ cacheMinutes: 7 });
  expect(await vault.call('session.status', null)).toMatchObject({ token: { present: false } });
  await vault.page.keyboard.press('Escape');
  await answerEngineLost(vault);
  await work.ended();
  expect(await vault.call('batch.current', null)).toMatchObject({ state: 'cancelled' });
  expect((await filesBelow(folder)).filter((file) => file.endsWith('.part'))).toEqual([]);
});

test('locks during a batch whose driver hangs', async ({ vault }) => {
  const { folder } = await startLongBatch(vault);
  await vault.call('settings.set', { batchWhileLocked: 'cancel' });
  expect(await signalEngine(vault, 'SIGSTOP')).toBe(true);
  await vault.reloads(() => vault.page.keyboard.press('Control+L'));
  await new UnlockPage(vault.page).unlock(PIN);
  expect((await filesBelow(folder)).filter((file) => file.endsWith('.part'))).toEqual([]);
  expect((await vault.call('session.status', null)).token.present).toBe(true);
});

test('offers to resume a batch after a crash of the whole program', async ({ home }) => {
  const first = await Driver.start({ home });
  await makeVault(first);
  const { folder } = await startLongBatch(first);
  await until(first, ({ filesDone }) => filesDone > 0);
  const exited = new Promise((resolve) => first.app.process().once('exit', resolve));
  first.app.process().kill('SIGKILL');
  await exited;

  const second = await Driver.start({ home });
  await new UnlockPage(second.page).unlock(PIN);
  await resumeBatch(second, folder);
  await second.stop();
});

test('closes the question about a batch that has ended meanwhile', async ({ home }) => {
  const vault = await Driver.start({ home });
  await makeVault(vault);
  await startLongBatch(vault);
  const { app } = vault;
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (...args: unknown[]) => {
      Object.assign(globalThis, { asked: true });
      const { signal } = args.at(-1) as { signal: AbortSignal };
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ response: 0, checkboxChecked: false });
        });
      });
    };
  });
  const exited = new Promise((resolve) => app.process().once('exit', resolve));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await vi.waitFor(async () => {
    expect(await app.evaluate(() => (globalThis as { asked?: unknown }).asked)).toBe(true);
  }, patience);
  const batch = await vault.call('batch.current', null);
  if (batch === null) throw new Error('no batch runs');
  // Nobody answers, and the batch ends, here because it is cancelled.
  void vault.call('batch.cancel', { id: batch.id }).catch(() => undefined);
  expect(await exited).toBe(0);
});

test('asks before it quits during a batch', async ({ home }) => {
  const vault = await Driver.start({ home });
  await makeVault(vault);
  const { folder } = await startLongBatch(vault);
  const { app } = vault;
  const answer = (response: number): Promise<void> =>
    app.evaluate(({ dialog }, given) => {
      dialog.showMessageBox = (...args: unknown[]) => {
        Object.assign(globalThis, { asked: args.at(-1) });
        return Promise.resolve({ response: given, checkboxChecked: false });
      };
    }, response);
  await answer(0);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  const asked = await vi.waitFor(async () => {
    const options = await app.evaluate(() => (globalThis as { asked?: unknown }).asked);
    expect(options).toBeDefined();
    return options;
  }, patience);
  expect(asked).toMatchObject({ message: 'A batch is running.' });
  expect(await vault.call('batch.current', null)).toMatchObject({ state: 'running' });

  await answer(1);
  const exited = new Promise((resolve) => app.process().once('exit', resolve));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  expect(await exited).toBe(0);
  const files = await filesBelow(folder);
  expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);

  const second = await Driver.start({ home });
  await new UnlockPage(second.page).unlock(PIN);
  // It was cancelled, which is a normal end: nothing is left to resume.
  expect(await second.call('batch.unfinished', null)).toEqual([]);
  await second.stop();
});
