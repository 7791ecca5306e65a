import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bulk, Custody } from '../../shared/keys.ts';
import { batch, batchDone, refusalOf } from '../support/batches.ts';
import { documentOf, type KeyDocument } from '../support/documents.ts';
import { filesIn, sha256Of, writeFile } from '../support/trees.ts';
import { clavigerOf, makeVault, type TestVault } from '../support/vaults.ts';

let vault: TestVault;
/** The same vault with its token, when it had only its first two keys. */
let earlier: string;
const keys = new Map<string, KeyDocument>();

const create = async (name: string, custody: Custody, bulk: Bulk): Promise<void> => {
  keys.set(name, await vault.createKey(name, custody, bulk));
};

beforeAll(async () => {
  vault = await makeVault();
  await create('host a', 'hsm-only', 'host');
  await create('token a', 'hsm-only', 'token');
  // In another home: like another computer, which does not know the newer state of the vault.
  earlier = join(vault.home, 'elsewhere', 'earlier');
  cpSync(vault.dir, earlier, { recursive: true });
  await create('host b', 'hsm-wrapped', 'host');
  await create('host c', 'resident', 'host');
  await create('token b', 'resident', 'token');
});

afterAll(() => vault.remove());

const idsOf = (names: readonly string[]): (string | undefined)[] =>
  names.map((name) => keys.get(name)?.id);

describe.each([
  ['host', ['host c', 'host b', 'host a'], 'host a'],
  ['token', ['token b', 'token a'], 'token a'],
])('a file encrypted with several keys of bulk %s', (bulk, names, early) => {
  let sealed: string;
  let content: string;

  beforeAll(async () => {
    const file = writeFile(join(vault.home, bulk, 'several.txt'), `under several ${bulk} keys`);
    content = sha256Of(file);
    const under = names.flatMap((name) => ['--key', name]);
    const [receipt] = await batchDone(vault.cli, ['encrypt', ...under, file]);
    sealed = receipt?.output ?? '';
  });

  it('names them all', async () => {
    const result = await vault.cli.run(['inspect', '--json', sealed]);
    expect(documentOf('inspection', result).slots.map(({ key }) => key)).toEqual(idsOf(names));
  });

  it('is verified with every key that the vault has, and only those', async () => {
    const [verified] = await batchDone(vault.cli, ['verify', sealed]);
    expect(verified?.proved).toEqual(idsOf(names).map((key) => ({ key, version: 1 })));
    const record = vault.records().findLast(({ action }) => action === 'file.verify');
    expect(record?.details['keys']).toEqual(idsOf(names).map((key) => ({ key, version: 1 })));

    const [receipt] = await batchDone(clavigerOf(earlier), ['verify', sealed]);
    expect(receipt?.proved).toEqual([{ key: keys.get(early)?.id, version: 1 }]);
  });

  it('can be decrypted with any one of them', async () => {
    const out = join(vault.home, `${bulk}-opened`);
    const [receipt] = await batchDone(clavigerOf(earlier), ['decrypt', '--out', out, sealed]);
    expect(receipt?.key).toBe(keys.get(early)?.id);
    expect(filesIn(out).map(sha256Of)).toEqual([content]);
  });
});

it('is refused if the vault has none of its keys', async () => {
  const file = writeFile(join(vault.home, 'late', 'late.txt'), 'only under later keys');
  const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'host b', file]);
  const refused = await refusalOf(clavigerOf(earlier), ['decrypt', receipt?.output ?? '']);
  expect(refused).toMatchObject({ exit: 1, outcome: 'failed', code: 'no-key' });
});

it('refuses keys that process data in different places', async () => {
  const file = writeFile(join(vault.home, 'mixed', 'mixed.txt'), 'mixed');
  const result = await vault.cli.run([
    'encrypt',
    '--json',
    '--key',
    'host a',
    '--key',
    'token a',
    file,
  ]);
  expect(result.code).toBe(2);
  expect(documentOf('error', result).error.code).toBe('mixed-bulk');
  expect(filesIn(join(vault.home, 'mixed'))).toEqual([file]);
});

it('uses a key that is named twice once', async () => {
  const file = writeFile(join(vault.home, 'twice', 'twice.txt'), 'twice');
  const id = keys.get('host a')?.id ?? '';
  const args = ['--key', 'host a', '--key', id];
  const { files } = await batch(vault.cli, ['encrypt', ...args, file]);
  const result = await vault.cli.run(['inspect', '--json', files[0]?.output ?? '']);
  expect(documentOf('inspection', result).slots).toHaveLength(1);
});
