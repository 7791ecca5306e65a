import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { WorkPage } from './pages/work-page.ts';
import type { Driver } from './support/driver.ts';
import { makeFiles, makeLongWork } from './support/files.ts';
import { filesBelow, makeKey, sharedTest as test } from './support/test.ts';

/** The window after it was opened, at "Encrypt and decrypt". */
const atWork = async (vault: Driver): Promise<WorkPage> => {
  await vault.call('draft.clear', null);
  await vault.page.reload();
  const work = new WorkPage(vault.page);
  await work.open();
  return work;
};

test('encrypts a dropped folder, verifies and decrypts it', async ({ vault, home }) => {
  const folder = await makeFiles(home);
  await makeKey(vault, 'Contracts 2026', 'fast');
  const work = await atWork(vault);
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 3);
  expect(await filesBelow(folder)).toEqual([
    'Møller/b ü.bin',
    'Møller/b ü.bin.clv',
    'a.txt',
    'a.txt.clv',
    'empty.txt',
    'empty.txt.clv',
  ]);

  await work.newBatch();
  await work.setKind('Verify');
  await work.drop([folder]);
  await work.start('Verify');
  await work.allDone('Verify', 3);

  await work.newBatch();
  await work.setKind('Decrypt');
  const out = path.join(home, 'out');
  await mkdir(out);
  await vault.answerDialogs([out]);
  await work.choose('Write to', 'Another folder…');
  await work.page.getByText(out).waitFor();
  await work.drop([folder]);
  await work.start('Decrypt');
  await work.allDone('Decrypt', 3);
  const original = await readFile(path.join(folder, 'Møller/b ü.bin'));
  const again = await readFile(path.join(out, 'Contracts Q3/Møller/b ü.bin'));
  expect(again.equals(original)).toBe(true);
  await work.newBatch();

  const [row] = await vault.call('keys.list', null);
  expect(row).toMatchObject({ name: 'Contracts 2026', files: 3 });
  const { activity } = await vault.call('overview.get', null);
  expect(activity.at(-1)).toMatchObject({ encrypted: 3, decrypted: 3, verified: 3, failed: 0 });
});

test('asks what to do with existing outputs, and does that', async ({ vault, home }) => {
  const folder = path.join(home, 'Collisions');
  await mkdir(folder);
  const file = path.join(folder, 'a.txt');
  await writeFile(file, 'first');
  await writeFile(`${file}.clv`, 'there before');
  const work = await atWork(vault);

  await work.choose('If the file already exists', 'Skip the file');
  await work.drop([file]);
  await work.page.getByText('1 will be skipped').waitFor();
  await work.page.getByRole('button', { name: 'Record 1 file as left out' }).click();
  expect(await work.ended()).toBe('Encrypted 0 files');
  await work.newBatch();

  await work.choose('If the file already exists', 'Keep both');
  await work.drop([file]);
  await work.page.getByText('1 output file already exists').waitFor();
  await work.start('Encrypt');
  await work.allDone('Encrypt', 1);
  await work.newBatch();
  expect(await filesBelow(folder)).toEqual(['a (2).txt.clv', 'a.txt', 'a.txt.clv']);
  expect(await readFile(`${file}.clv`, 'utf8')).toBe('there before');

  await work.choose('If the file already exists', 'Replace it');
  await work.drop([file]);
  await work.page.getByText('1 file is replaced').waitFor();
  await work.start('Encrypt');
  await work.allDone('Encrypt', 1);
  await work.newBatch();
  expect(await filesBelow(folder)).toEqual(['a (2).txt.clv', 'a.txt', 'a.txt.clv']);
  expect(await readFile(`${file}.clv`, 'latin1')).not.toContain('there before');
});

test('shows what failed and retries it', async ({ vault, home }) => {
  const folder = await makeFiles(home, 'Retried');
  const work = await atWork(vault);
  await work.drop([folder]);
  await work.page.getByText('Disk space').waitFor();
  await rename(path.join(folder, 'a.txt'), path.join(home, 'a.txt'));
  await work.start('Encrypt');
  expect(await work.ended()).toBe('1 of 3 files failed');
  await work.row('a.txt').filter({ hasText: 'Failed' }).waitFor();
  await rename(path.join(home, 'a.txt'), path.join(folder, 'a.txt'));
  await work.page.getByRole('button', { name: /^Retry 1 failed/ }).click();
  await work.allDone('Encrypt', 1);

  const file = path.join(home, 'receipts.json');
  await vault.answerDialogs([file]);
  await work.page.getByRole('button', { name: 'Export receipts' }).click();
  await work.page.getByText('Receipts exported').waitFor();
  expect(await readFile(file, 'utf8')).toContain(path.join(folder, 'a.txt.clv'));
});

test('processes two thousand files at once', async ({ vault, home }) => {
  const folder = path.join(home, 'Statements');
  await mkdir(folder);
  for (let n = 1; n <= 2_000; n++)
    await writeFile(path.join(folder, `${String(n).padStart(4, '0')}.txt`), `statement ${n}`);
  const work = await atWork(vault);
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 2_000);
  const files = await filesBelow(folder);
  expect(files.filter((file) => file.endsWith('.clv'))).toHaveLength(2_000);
  // The table renders only the visible rows; its end can still be reached.
  const table = work.page.getByRole('grid', { name: 'Results' });
  expect(await table.getAttribute('aria-rowcount')).toBe('2001');
  expect(await table.getByRole('row').count()).toBeLessThan(200);
  await table.getByRole('row').nth(1).click();
  await vault.page.keyboard.press('Escape');
  await table.focus();
  await vault.page.keyboard.press('End');
  await table.locator('[role="row"][aria-rowindex="2001"]').waitFor();
});

test('cancels with Escape, and leaves no partial file', async ({ vault, home }) => {
  const folder = await makeLongWork(home, { files: 6, megabytes: 96 });
  await makeKey(vault, 'Slow', 'maximum');
  const work = await atWork(vault);
  await work.chooseKey('Slow');
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.running('Encrypt');
  await vi.waitFor(
    async () => {
      const batch = await vault.call('batch.current', null);
      expect(batch?.active.length).toBeGreaterThan(0);
    },
    { timeout: 30_000, interval: 100 },
  );
  await vault.page.keyboard.press('Escape');
  expect(await work.ended()).toMatch(/^Cancelled after \d of 6 files$/);
  const batch = await vault.call('batch.current', null);
  expect(batch).toMatchObject({ state: 'cancelled' });
  const files = await filesBelow(folder);
  expect(files.filter((file) => file.endsWith('.part'))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.clv'))).toHaveLength(batch?.done ?? -1);
});
