import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { WorkPage } from './pages/work-page.ts';
import type { Driver } from './support/driver.ts';
import { makeFiles } from './support/files.ts';
import { layoutFaults } from './support/layout.ts';
import { filesBelow, makeKey, sharedTest as test } from './support/test.ts';

const deletions = async (vault: Driver): Promise<unknown[]> => {
  const filter = { action: 'file.delete-original' };
  const { rows } = await vault.call('audit.query', { filter, upTo: null, offset: 0, limit: 100 });
  const records = await Promise.all(rows.map(({ seq }) => vault.call('audit.record', { seq })));
  return records.map(({ line }) => (JSON.parse(line) as { details: unknown }).details);
};

const setSize = (vault: Driver, width: number, height: number): Promise<unknown> =>
  vault.app
    .evaluate(
      ({ BrowserWindow }, size) =>
        BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      { width, height },
    )
    .then(() => vault.page.waitForFunction((wanted) => innerWidth === wanted, width));

test('moves originals to the trash after a confirmation, which applies to one batch', async ({
  vault,
  home,
}) => {
  await makeKey(vault, 'Contracts', 'fast');
  await vault.page.reload();
  const folder = await makeFiles(home);
  const work = new WorkPage(vault.page);
  await work.open();
  await work.drop([folder]);
  await work.startButton('Encrypt').waitFor();
  const choice = vault.page.getByRole('switch', { name: 'Delete originals' });
  // It is visible without scrolling, at every size.
  for (const [width, height] of [
    [1024, 700],
    [1280, 800],
  ] as const) {
    await setSize(vault, width, height);
    const box = await choice.boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(height);
    const hit = await choice.evaluate((element) => {
      const { x, y, width: w, height: h } = element.getBoundingClientRect();
      const at = document.elementFromPoint(x + w / 2, y + h / 2);
      return at !== null && element.contains(at);
    });
    expect(hit, `${width}`).toBe(true);
  }
  await choice.click();
  const radio = vault.page.getByRole('radio', { name: 'Move to the trash' });
  await radio.waitFor();
  expect(await vault.page.evaluate(layoutFaults)).toEqual([]);
  await setSize(vault, 1024, 700);
  expect(await vault.page.evaluate(layoutFaults)).toEqual([]);
  await setSize(vault, 1280, 800);
  const button = vault.page.getByRole('button', { name: 'Encrypt and delete 3 originals' });
  await button.first().and(vault.page.locator(':not([aria-disabled])')).click();
  const dialog = vault.page.getByRole('dialog', { name: 'Delete 3 originals?' });
  await dialog.waitFor();
  expect(await filesBelow(folder)).toHaveLength(3);
  // The safe button has the focus.
  await vault.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await button.click();
  await dialog.getByRole('button', { name: 'Encrypt and delete 3 originals' }).click();
  await work.allDone('Encrypt', 3);
  await vault.page.getByText('Originals in the trash').waitFor();
  expect(await filesBelow(folder)).toEqual(['Møller/b ü.bin.clv', 'a.txt.clv', 'empty.txt.clv']);
  const trash = path.join(home, '.local', 'share', 'Trash', 'files');
  expect((await readdir(trash)).sort()).toEqual(['a.txt', 'b ü.bin', 'empty.txt']);
  expect(await deletions(vault)).toEqual(Array(3).fill({ removal: 'trash' }));

  await work.newBatch();
  await work.setKind('Decrypt');
  await work.drop([folder]);
  await work.startButton('Decrypt').waitFor();
  expect(await choice.getAttribute('aria-checked')).toBe('false');
});

test('deletes encrypted files permanently, once their outputs were verified', async ({
  vault,
  home,
}) => {
  const work = new WorkPage(vault.page);
  await vault.call('draft.clear', null);
  await vault.page.reload();
  await work.open();
  await work.setKind('Decrypt');
  await work.drop([path.join(home, 'Contracts Q3')]);
  await work.startButton('Decrypt').waitFor();
  await vault.page.getByRole('switch', { name: 'Delete originals' }).click();
  await vault.page.getByRole('radio', { name: 'Delete for good' }).click();
  const button = vault.page.getByRole('button', { name: 'Decrypt and delete 3 originals' });
  await button.and(vault.page.locator(':not([aria-disabled])')).click();
  await vault.page
    .getByRole('dialog')
    .getByRole('button', { name: /^Decrypt and delete/ })
    .click();
  await work.allDone('Decrypt', 3);
  await vault.page.getByText('Originals deleted').waitFor();
  expect(await filesBelow(path.join(home, 'Contracts Q3'))).toEqual([
    'Møller/b ü.bin',
    'a.txt',
    'empty.txt',
  ]);
});
