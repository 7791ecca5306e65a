import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import type { BatchKind } from '../../shared/batch.ts';
import type { Batch } from '../../shared/contract/work.ts';
import type { KeyId } from '../../shared/ids.ts';
import type { Driver } from './support/driver.ts';
import { PIN } from './support/driver.ts';
import { filesBelow, makeKey, test } from './support/test.ts';

const MEGABYTE = 1024 * 1024;

const makeFiles = async (home: string): Promise<string> => {
  const folder = path.join(home, 'Contracts Q3');
  await mkdir(path.join(folder, 'Møller'), { recursive: true });
  await writeFile(path.join(folder, 'empty.txt'), '');
  await writeFile(path.join(folder, 'a.txt'), 'first');
  await writeFile(path.join(folder, 'Møller', 'b ü.bin'), Buffer.alloc(5 * MEGABYTE, 7));
  return folder;
};

interface Choice {
  readonly keys?: KeyId[];
  readonly output?: string | null;
}

const plan = (driver: Driver, kind: BatchKind, { keys = [], output = null }: Choice = {}) =>
  driver.call('batch.plan', { kind, keys, output, conflict: 'keep-both', deleteOriginals: false });

const ended = (driver: Driver): Promise<Batch> =>
  vi.waitFor(
    async () => {
      const batch = await driver.call('batch.current', null);
      if (batch?.ended) return batch;
      throw new Error('it still runs');
    },
    { timeout: 60_000, interval: 100 },
  );

/** Starts and waits. */
const run = async (driver: Driver, kind: BatchKind, choice: Choice = {}): Promise<Batch> => {
  const { id, refusal } = await plan(driver, kind, choice);
  expect(refusal).toBe(null);
  await driver.call('batch.start', { plan: id });
  return ended(driver);
};

test('encrypts a dropped folder, verifies and decrypts it', async ({ vault, home }) => {
  const folder = await makeFiles(home);
  const key = await makeKey(vault, 'Contracts 2026', 'balanced');
  await vault.page.evaluate(() => {
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      void window.claviger.drop([...(event.dataTransfer?.files ?? [])]);
    });
  });
  await vault.drop([folder]);
  const draft = await vi.waitFor(async () => {
    const { items } = await vault.call('draft.get', null);
    expect(items).toHaveLength(1);
    return items;
  });
  expect(draft).toMatchObject([
    { name: 'Contracts Q3', path: folder, folder: true, files: 3, encrypted: 0 },
  ]);

  const encrypted = await run(vault, 'encrypt', { keys: [key.id] });
  expect(encrypted).toMatchObject({ state: 'finished', done: 3, failed: 0 });
  expect(await filesBelow(folder)).toEqual([
    'Møller/b ü.bin',
    'Møller/b ü.bin.clv',
    'a.txt',
    'a.txt.clv',
    'empty.txt',
    'empty.txt.clv',
  ]);

  await vault.answerDialogs([folder]);
  await vault.call('draft.pickFolder', null);
  expect(await run(vault, 'verify')).toMatchObject({ state: 'finished', done: 3, failed: 0 });

  const out = path.join(home, 'out');
  await vault.answerDialogs([out]);
  const output = await vault.call('batch.pickOutput', null);
  await vault.answerDialogs([folder]);
  await vault.call('draft.pickFolder', null);
  const decrypted = await run(vault, 'decrypt', { output: output?.id ?? null });
  expect(decrypted).toMatchObject({ state: 'finished', done: 3, failed: 0 });
  const original = await readFile(path.join(folder, 'Møller/b ü.bin'));
  const again = await readFile(path.join(out, 'Contracts Q3/Møller/b ü.bin'));
  expect(again.equals(original)).toBe(true);
  const [row] = await vault.call('keys.list', null);
  expect(row).toMatchObject({ name: 'Contracts 2026', files: 3 });
  const { activity } = await vault.call('overview.get', null);
  expect(activity.at(-1)).toMatchObject({ encrypted: 3, decrypted: 3, verified: 3, failed: 0 });
});

test('tells what failed and retries it', async ({ vault, home }) => {
  const folder = await makeFiles(home);
  const key = await makeKey(vault, 'Key', 'fast');
  await vault.answerDialogs([folder]);
  await vault.call('draft.pickFolder', null);
  const made = await plan(vault, 'encrypt', { keys: [key.id] });
  await rename(path.join(folder, 'a.txt'), path.join(home, 'a.txt'));
  await vault.call('batch.start', { plan: made.id });
  const first = await ended(vault);
  expect(first).toMatchObject({ done: 2, failed: 1 });
  const wanted = { id: first.id, outcome: 'not-done', text: '', offset: 0, limit: 10 } as const;
  const { rows } = await vault.call('batch.receipts', wanted);
  expect(rows).toMatchObject([{ name: 'a.txt', reason: { code: 'not-found' } }]);
  await rename(path.join(home, 'a.txt'), path.join(folder, 'a.txt'));
  await vault.call('batch.retry', { id: first.id });
  expect(await ended(vault)).toMatchObject({ files: 1, done: 1, failed: 0 });

  const file = path.join(home, 'receipts.csv');
  await vault.answerDialogs([file]);
  await vault.call('batch.export', { id: (await ended(vault)).id, format: 'csv' });
  expect(await readFile(file, 'utf8')).toContain(path.join(folder, 'a.txt.clv'));
});

test('cancels, and leaves no part behind', async ({ vault, home }) => {
  const folder = path.join(home, 'large');
  await mkdir(folder);
  for (const n of [1, 2, 3, 4, 5, 6])
    await writeFile(path.join(folder, `${n}.bin`), Buffer.alloc(96 * MEGABYTE, n));
  const key = await makeKey(vault, 'Slow', 'maximum');
  await vault.answerDialogs([folder]);
  await vault.call('draft.pickFolder', null);
  const made = await plan(vault, 'encrypt', { keys: [key.id] });
  const { id } = await vault.call('batch.start', { plan: made.id });
  await vi.waitFor(async () => {
    const batch = await vault.call('batch.current', null);
    expect(batch?.active.length).toBeGreaterThan(0);
  });
  await vault.fails('batch.start', { plan: made.id }, 'invalid-request');
  await vault.call('batch.cancel', { id });
  const batch = await ended(vault);
  expect(batch.state).toBe('cancelled');
  expect(batch.cancelled).toBeGreaterThan(0);
  const files = await filesBelow(folder);
  expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.clv'))).toHaveLength(batch.done);
});

test('goes on after the engine was killed in mid-batch, once the PIN is given', async ({
  vault,
  home,
}) => {
  const folder = path.join(home, 'large');
  await mkdir(folder);
  for (const n of [1, 2, 3, 4])
    await writeFile(path.join(folder, `${n}.bin`), Buffer.alloc(64 * MEGABYTE, n));
  const key = await makeKey(vault, 'Slow', 'maximum');
  await vault.answerDialogs([folder]);
  await vault.call('draft.pickFolder', null);
  const made = await plan(vault, 'encrypt', { keys: [key.id] });
  await vault.call('batch.start', { plan: made.id });
  await vi.waitFor(async () => {
    const batch = await vault.call('batch.current', null);
    expect(batch?.bytesDone).toBeGreaterThan(0);
  });
  await vault.app.evaluate(({ app }) => {
    const engine = app.getAppMetrics().find(({ name }) => name === 'claviger-engine');
    if (engine === undefined) throw new Error('no engine');
    process.kill(engine.pid, 'SIGKILL');
  });
  await vi.waitFor(
    async () => {
      const { pinNeeded } = await vault.call('session.status', null);
      expect(pinNeeded?.code).toBe('engine-lost');
    },
    { timeout: 10_000, interval: 100 },
  );
  await vault.call('session.unlock', { pin: PIN });
  expect(await ended(vault)).toMatchObject({ state: 'finished', done: 4, failed: 0 });
  expect((await vault.call('session.status', null)).pinNeeded).toBe(null);
  const { rows } = await vault.call('audit.query', {
    filter: { action: 'engine.lost' },
    upTo: null,
    offset: 0,
    limit: 10,
  });
  expect(rows).toHaveLength(1);
});
