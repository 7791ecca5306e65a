import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { WorkPage } from './pages/work-page.ts';
import type { Driver } from './support/driver.ts';
import { inspect } from './support/inspect.ts';
import { filesBelow, makeKey, sharedTest as test } from './support/test.ts';

/** A folder with a plain file and an encrypted one whose name does not show that. */
const prepare = async (vault: Driver, home: string, name: string): Promise<string> => {
  await makeKey(vault, `Key of ${name}`, 'fast');
  await vault.page.reload();
  const folder = path.join(home, name);
  await mkdir(folder);
  await writeFile(path.join(folder, 'contract.pdf'), 'signed');
  const work = new WorkPage(vault.page);
  await work.open();
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 1);
  await work.newBatch();
  await rename(path.join(folder, 'contract.pdf.clv'), path.join(folder, 'contract.pdf.clv (1)'));
  return folder;
};

test('asks before it encrypts files that are already encrypted', async ({ vault, home }) => {
  const folder = await prepare(vault, home, 'Again');
  const { page } = vault;
  const work = new WorkPage(page);
  await work.drop([folder]);
  await page.getByText('1 file is already encrypted.').waitFor();
  await work.startButton('Encrypt').filter({ hasText: 'Encrypt 1 file' }).waitFor();
  await page.getByRole('button', { name: 'Encrypt it again' }).click();
  await page.getByText('1 encrypted file is encrypted once more.').waitFor();
  await page.getByRole('button', { name: 'Encrypt 2 files' }).waitFor();
  await inspect(vault, 'plan, encrypted once more');
  await page.getByRole('button', { name: 'Leave it out' }).click();
  await page.getByRole('button', { name: 'Encrypt 1 file' }).waitFor();
  // The answer applies only to these files.
  await page.getByRole('button', { name: 'Encrypt it again' }).click();
  await page.getByText('1 encrypted file is encrypted once more.').waitFor();
  await page.keyboard.press('Escape');
  await work.drop([folder]);
  await page.getByText('It is left out of this batch.').waitFor();
  await page.getByRole('button', { name: 'Encrypt it again' }).click();
  await page.getByRole('button', { name: 'Encrypt 2 files' }).waitFor();
  await work.start('Encrypt');
  await work.allDone('Encrypt', 2);
  await work.newBatch();
  expect(await filesBelow(folder)).toEqual([
    'contract.pdf',
    'contract.pdf.clv',
    'contract.pdf.clv (1)',
    'contract.pdf.clv (1).clv',
  ]);
});

test('restores the original name of a file that now has a meaningless one', async ({
  vault,
  home,
}) => {
  const folder = await prepare(vault, home, 'Names');
  const { page } = vault;
  const work = new WorkPage(page);
  await rm(path.join(folder, 'contract.pdf'));
  await rename(path.join(folder, 'contract.pdf.clv (1)'), path.join(folder, 'attachment'));
  await work.setKind('Decrypt');
  await work.drop([path.join(folder, 'attachment')]);
  await work.startButton('Decrypt').waitFor();
  await page.getByRole('button', { name: 'Show the outputs' }).click();
  await page.getByRole('dialog').getByText('The name sealed in the file').waitFor();
  await page.keyboard.press('Escape');
  await work.start('Decrypt');
  await work.allDone('Decrypt', 1);
  await work.row('attachment').filter({ hasText: 'contract.pdf' }).waitFor();
  await work.newBatch();
  expect(await readFile(path.join(folder, 'contract.pdf'), 'utf8')).toBe('signed');

  // A file that somebody renamed keeps that name, unless they ask for the original one.
  await copyFile(path.join(folder, 'attachment'), path.join(folder, 'for Anna.clv'));
  for (const sealed of [false, true]) {
    await work.setKind('Decrypt');
    await work.drop([path.join(folder, 'for Anna.clv')]);
    await work.startButton('Decrypt').waitFor();
    const choice = page.getByRole('switch', { name: 'Original names' });
    expect(await choice.getAttribute('aria-checked')).toBe('false');
    if (sealed) {
      await choice.click();
      await inspect(vault, 'plan, original names');
    }
    await work.start('Decrypt');
    await work.allDone('Decrypt', 1);
    await work.newBatch();
  }
  expect(await filesBelow(folder)).toEqual([
    'attachment',
    'contract (2).pdf',
    'contract.pdf',
    'for Anna',
    'for Anna.clv',
  ]);
});

test('leaves plain files out when decrypting, and says so', async ({ vault, home }) => {
  const folder = await prepare(vault, home, 'Mixed');
  const { page } = vault;
  const work = new WorkPage(page);
  await writeFile(path.join(folder, 'plain.txt'), 'plain');
  await work.setKind('Decrypt');
  await work.drop(['plain.txt', 'contract.pdf.clv (1)'].map((each) => path.join(folder, each)));
  await page.getByText('1 file is not encrypted.').waitFor();
  await page.getByText('It is skipped.').waitFor();
  await page.getByText('1 will be skipped').waitFor();
  await page.getByRole('button', { name: 'Decrypt 1 file' }).click();
  await work.allDone('Decrypt', 1);
  await work.newBatch();
});
