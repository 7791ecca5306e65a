import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { damaged, flipBit } from '../support/damage.ts';
import { documentOf, type SurveyDocument } from '../support/documents.ts';
import { filesIn, snapshotOf, writeFile } from '../support/trees.ts';
import { clavigerOf, makeVault, type TestVault } from '../support/vaults.ts';

const WITHOUT_PIN: CliOptions = { env: { CLAVIGER_PIN: undefined } };

let vault: TestVault;
/** The same vault when it had only one key. */
let earlier: string;
let sealed: string;

beforeAll(async () => {
  vault = await makeVault();
  sealed = join(vault.home, 'sealed');
  await vault.createKey('a', 'hsm-only', 'host');
  earlier = join(vault.home, 'elsewhere', 'earlier');
  cpSync(vault.dir, earlier, { recursive: true });
  await vault.createKey('b', 'hsm-wrapped', 'host');
  for (const name of ['1', '2', '3']) writeFile(join(vault.home, 'plain', name), name);
  const plain = join(vault.home, 'plain');
  await batchDone(vault.cli, ['encrypt', '--key', 'a', '--out', join(sealed, 'a'), plain]);
  const both = ['--key', 'a', '--key', 'b'];
  await batchDone(vault.cli, ['encrypt', ...both, '--out', join(sealed, 'both'), plain]);
});
afterAll(() => vault.remove());

const survey = async (
  args: readonly string[],
  options = WITHOUT_PIN,
): Promise<SurveyDocument & { readonly code: number | null }> => {
  const result = await vault.cli.run(['survey', '--json', ...args], options);
  return { ...documentOf('survey', result), code: result.code };
};

const rows = ({ versions }: SurveyDocument): unknown[] =>
  versions.map(({ name, version, files, alone, proved }) => [name, version, files, alone, proved]);

describe('without a PIN', () => {
  it('counts files by key version, changes nothing and records nothing', async () => {
    const [before, records] = [snapshotOf(vault.home), vault.records().length];
    const found = await survey([sealed]);
    expect(found).toMatchObject({ code: 0, files: 6, encrypted: 6, foreign: 0, damaged: 0 });
    expect(rows(found)).toEqual([
      ['a', 1, 6, 3, null],
      ['b', 1, 3, 0, null],
    ]);
    expect(snapshotOf(vault.home)).toEqual(before);
    expect(vault.records()).toHaveLength(records);
  });

  it('reports keys that this vault does not have', async () => {
    const result = await clavigerOf(earlier).run(['survey', '--json', sealed], WITHOUT_PIN);
    const { versions, foreign } = documentOf('survey', result);
    expect(foreign).toBe(0);
    expect(versions.map(({ name, state, files }) => [name, state, files])).toEqual([
      ['a', 'active', 6],
      [null, null, 3],
    ]);
  });

  it('counts files that are not encrypted, damaged or unreadable', async () => {
    const folder = join(vault.home, 'mixed');
    mkdirSync(folder);
    const good = join(folder, 'good.clv');
    cpSync(filesIn(join(sealed, 'a'))[0] ?? '', good);
    writeFileSync(join(folder, 'plain.txt'), 'plain');
    writeFileSync(join(folder, 'named.clv'), 'not encrypted, but called so');
    symlinkSync(good, join(folder, 'link.clv'));
    damaged(good, 'short', (bytes) => bytes.subarray(0, -1));
    damaged(good, 'long', (bytes) => Buffer.concat([bytes, Buffer.of(0)]));
    damaged(good, 'header', (bytes) => flipBit(bytes, 20));
    const found = await survey([folder, join(folder, 'missing'), good]);
    expect(found).toMatchObject({
      ...{ code: 1, files: 7, encrypted: 1, plain: 1, damaged: 4, unreadable: 1, others: 1 },
    });
    const codes = found.problems.map(({ file, reason }) => [file.split('/').pop(), reason.code]);
    expect(Object.fromEntries(codes)).toEqual({
      'named.clv': 'not-encrypted',
      'good-short.clv': 'cut-short',
      'good-long.clv': 'trailing-data',
      'good-header.clv': 'header-damaged',
      missing: 'not-found',
    });
  });
});

describe('with the PIN', () => {
  it('proves slots, reports those that cannot be unwrapped, and records the result', async () => {
    const folder = join(vault.home, 'proved');
    cpSync(join(sealed, 'both'), folder, { recursive: true });
    const [file = ''] = filesIn(folder);
    const swapped = damaged(file, 'swapped', (bytes) => {
      const text = bytes.toString('latin1');
      // A slot that claims to be of key b: it looks like any other.
      const [first, second] = [...text.matchAll(/"dek":"([^"]*)"/g)];
      if (first?.[1] === undefined || second === undefined) throw new Error('two slots expected');
      bytes.write(first[1], second.index + '"dek":"'.length, 'latin1');
      return bytes;
    });
    const claimed = await survey([folder]);
    expect(claimed.code).toBe(0);
    const found = await survey(['--prove', folder], {});
    expect(found.code).toBe(1);
    expect(rows(found)).toEqual([
      ['a', 1, 4, 0, 3],
      ['b', 1, 4, 0, 3],
    ]);
    expect(found.problems.map((each) => each.file)).toEqual([swapped]);
    const record = vault.records().findLast(({ action }) => action === 'batch.survey');
    expect(record?.details).toMatchObject({ files: 4, encrypted: 4 });
    expect(record?.details['versions']).toMatchObject([{ claimed: 4, proved: 3 }, { proved: 3 }]);
    await vault.expectSound();
  });

  it('shows no old version any more after rotate and rewrap', async () => {
    for (const name of ['a', 'b'])
      expect(await vault.cli.run(['key', 'rotate', name])).toMatchObject({ code: 0 });
    const before = await survey([sealed]);
    expect(before.versions.map(({ version, newest }) => [version, newest])).toEqual([
      [1, false],
      [1, false],
    ]);
    await batchDone(vault.cli, ['rewrap', sealed]);
    const after = await survey(['--prove', sealed], {});
    expect(after.code).toBe(0);
    expect(rows(after)).toEqual([
      ['a', 2, 6, 3, 6],
      ['b', 2, 3, 0, 3],
    ]);
  });
});

it.each([[[]], [['--prove']]])('refuses a call without paths: %j', async (args) => {
  const refused = await vault.cli.run(['survey', ...args]);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('No files to survey were given.');
});
