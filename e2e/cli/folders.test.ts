import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
  chmodSync(vault.home, 0o755);
});

afterAll(() => vault.remove());

const modeOf = (folder: string): string => (statSync(folder).mode & 0o777).toString(8);

it('folders are restored with no wider permissions, including empty ones', async () => {
  const all = join(vault.home, 'all');
  writeFile(join(all, 'private', 'deep', 'pay.csv'), 'payroll');
  mkdirSync(join(all, 'empty', 'in', 'empty'), { recursive: true });
  chmodSync(all, 0o750);
  chmodSync(join(all, 'private'), 0o700);
  chmodSync(join(all, 'private', 'deep'), 0o755);
  chmodSync(join(all, 'empty', 'in'), 0o500);
  const [sealed, opened] = [join(vault.home, 'sealed'), join(vault.home, 'opened')];
  await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', sealed, all]);
  await batchDone(vault.cli, ['decrypt', '--out', opened, join(sealed, 'all')]);
  for (const root of [sealed, opened]) {
    const folders = ['all', 'all/private', 'all/private/deep', 'all/empty', 'all/empty/in'];
    expect(folders.map((folder) => modeOf(join(root, folder)))).toEqual([
      ...['750', '700', '755', '755', '700'],
    ]);
    expect(modeOf(join(root, 'all/empty/in/empty'))).toBe('755');
  }
});

it('a folder that stands for two has the permissions that both have', async () => {
  for (const [name, mode] of [
    ['one', 0o755],
    ['two', 0o700],
  ] as const) {
    writeFile(join(vault.home, name, 'docs', name), name);
    chmodSync(join(vault.home, name, 'docs'), mode);
  }
  const out = join(vault.home, 'both');
  const docs = ['one', 'two'].map((name) => join(vault.home, name, 'docs'));
  await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', out, ...docs]);
  expect(modeOf(join(out, 'docs'))).toBe('700');
});

const isRoot = process.getuid?.() === 0;

it.skipIf(!isRoot)('a set-group-ID folder gives its group no access', async () => {
  const out = join(vault.home, 'handed-down');
  mkdirSync(out);
  chownSync(out, 0, 12_345);
  chmodSync(out, 0o2775);
  const plain = join(vault.home, 'team');
  writeFile(join(plain, 'a'), 'a');
  chmodSync(plain, 0o770);
  await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', out, plain]);
  expect(statSync(join(out, 'team')).gid).toBe(12_345);
  expect(modeOf(join(out, 'team'))).toBe('700');
});

it('a single empty folder is reported', async () => {
  const empty = join(vault.home, 'nothing');
  mkdirSync(empty);
  const args = ['encrypt', '--key', 'k', '--out', join(vault.home, 'for-nothing'), empty];
  const { files } = await batch(vault.cli, args);
  expect(files).toMatchObject([
    { input: empty, outcome: 'skipped', reason: { cause: 'This folder is empty.' } },
  ]);
});
