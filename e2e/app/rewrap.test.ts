import path from 'node:path';
import { expect } from 'vitest';
import { readClv } from '../support/clv.ts';
import { WorkPage } from './pages/work-page.ts';
import { makeFiles } from './support/files.ts';
import { filesBelow, makeKey, test } from './support/test.ts';

test('files go from one key to another, and from a compromised one to a new file key', async ({
  vault,
  home,
}) => {
  const folder = await makeFiles(home);
  const first = await makeKey(vault, 'Lab results', 'fast');
  const second = await makeKey(vault, 'Recovery 2026', 'balanced');
  await vault.page.reload();
  const work = new WorkPage(vault.page);
  await work.open();
  await work.chooseKey('Lab results');
  await work.drop([folder]);
  await work.start('Encrypt');
  await work.allDone('Encrypt', 3);
  const sealed = (await filesBelow(folder))
    .filter((name) => name.endsWith('.clv'))
    .map((name) => path.join(folder, name));
  const keysNow = (): string[] =>
    sealed.flatMap((file) => readClv(file).slots.map(({ key }) => key));
  expect(keysNow()).toEqual(Array(3).fill(first.id));
  const [before = ''] = sealed.map((file) => readClv(file).fileId);

  await vault.call('keys.change', {
    ...{ id: first.id, act: 'rotate', reason: 'scheduled', note: '' },
  });
  await work.newBatch();
  await work.setKind('Rewrap');
  await vault.answerDialogs([folder]);
  await vault.page.getByRole('button', { name: 'Survey files…' }).click();
  await vault.page.getByRole('button', { name: 'Choose a folder…' }).click();
  await vault.page.getByText('Try each slot with its key').click();
  await vault.page.getByRole('button', { name: 'Survey', exact: true }).click();
  await vault.page.getByText('3 proved').waitFor();
  await vault.page.getByText('6 files, 3 encrypted, 3 not encrypted').waitFor();
  await vault.page.getByRole('button', { name: 'Plan a rewrap' }).click();
  await vault.page.getByText('Rewrap to v2').waitFor();
  await work.start('Rewrap');
  await work.allDone('Rewrap', 3);
  const known = vault.page.getByRole('table', { name: 'Known files by key and version' });
  await known
    .getByRole('row', { name: 'Lab results v1 Deactivated 3 0 −3 No known file needs it' })
    .waitFor();
  expect(sealed.flatMap((file) => readClv(file).slots)).toMatchObject(
    Array(3).fill({ key: first.id, version: 2 }),
  );

  await work.newBatch();
  await work.setKind('Rewrap');
  await work.drop([folder]);
  await vault.page.getByText('Left out: already v2').waitFor();
  await work.choose('Rewrap to', 'Another key');
  await vault.page.getByRole('combobox', { name: 'Target' }).click();
  await vault.page.getByRole('option', { name: 'Recovery 2026' }).click();
  await vault.page.getByText('Rewrap to Recovery 2026 v1').waitFor();
  await work.start('Rewrap');
  await work.allDone('Rewrap', 3);
  expect(keysNow()).toEqual(Array(3).fill(second.id));
  expect(readClv(sealed[0] ?? '').fileId).toBe(before);

  await work.newBatch();
  await work.setKind('Rewrap');
  await work.drop([folder]);
  await work.choose('Rewrap to', 'Add or remove a key');
  await vault.page.getByRole('combobox', { name: 'Add a key' }).click();
  await vault.page.getByRole('option', { name: 'Lab results' }).click();
  await vault.page.getByText('Add Lab results v2').waitFor();
  await work.start('Rewrap');
  await work.allDone('Rewrap', 3);
  expect(keysNow()).toEqual(Array(3).fill([second.id, first.id]).flat());
  await work.newBatch();
  await work.setKind('Rewrap');
  await work.drop([folder]);
  await work.choose('Rewrap to', 'Add or remove a key');
  await vault.page.getByRole('combobox', { name: 'Remove a key' }).click();
  await vault.page.getByRole('option', { name: 'Lab results' }).click();
  await vault.page.getByText('A key is removed').waitFor();
  await work.start('Rewrap');
  await work.allDone('Rewrap', 3);
  expect(keysNow()).toEqual(Array(3).fill(second.id));

  await vault.call('keys.change', {
    ...{ id: second.id, version: 1, act: 'compromise', reason: 'disclosed', note: '' },
  });
  await work.newBatch();
  await work.setKind('Rewrap');
  await work.drop([folder]);
  await vault.page.getByText('3 files must be encrypted again, not rewrapped.').waitFor();
  await vault.page.getByRole('button', { name: 'Plan re-encryption' }).click();
  await work.choose('Re-encrypt with', 'Another key');
  await vault.page.getByRole('combobox', { name: 'Target' }).click();
  await vault.page.getByRole('option', { name: 'Lab results' }).click();
  await work.start('Re-encrypt');
  await work.allDone('Re-encrypt', 3);
  expect(keysNow()).toEqual(Array(3).fill(first.id));
  expect(readClv(sealed[0] ?? '').fileId).not.toBe(before);

  await work.newBatch();
  await work.setKind('Verify');
  await work.drop([folder]);
  await work.start('Verify');
  await work.allDone('Verify', 3);
});
