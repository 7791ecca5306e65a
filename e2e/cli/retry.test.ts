import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch } from '../support/batches.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

describe('a batch in which inputs were refused', () => {
  let vault: TestVault;

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
  });

  afterAll(() => vault.remove());

  const retry = async (): Promise<{ code: number | null; outcomes: string[] }> => {
    const { code, stdout } = await vault.cli.run(['retry', '--json']);
    const { batches } = JSON.parse(stdout) as { batches: { files: { outcome: string }[] }[] };
    return { code, outcomes: batches.flatMap(({ files }) => files.map((each) => each.outcome)) };
  };

  it('tries them again, into the right folders', async () => {
    const folder = join(vault.home, 'in');
    const out = join(vault.home, 'out');
    writeFile(join(folder, 'a.txt'), 'a');
    const late = join(vault.home, 'late');
    const first = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, folder, late]);
    expect(first.code).toBe(1);
    expect(first.files.map(({ outcome }) => outcome)).toEqual(['done', 'failed']);
    const end = vault.records().findLast(({ action }) => action === 'batch.end');
    expect(end?.details).toMatchObject({ done: 1, failed: 1, skipped: 0, cancelled: 0 });
    expect((await vault.cli.run(['resume', '--list'])).stdout).toMatch(/1 file {2}failed files/);

    expect(await retry()).toEqual({ code: 1, outcomes: ['failed'] });
    mkdirSync(join(vault.home, 'made', 'sub'), { recursive: true });
    writeFile(join(vault.home, 'made', 'sub', 'b.txt'), 'b');
    renameSync(join(vault.home, 'made'), late);
    expect(await retry()).toEqual({ code: 0, outcomes: ['done'] });
    expect(filesIn(out)).toContain(join(out, 'late', 'sub', 'b.txt.clv'));
    expect(await retry()).toEqual({ code: 0, outcomes: [] });
    await vault.expectSound();
  });

  it('never replaces one of its outputs by another', async () => {
    const folder = join(vault.home, 'collide');
    const out = join(vault.home, 'collide-out');
    const inputs = ['one', 'two'].map((name) => writeFile(join(folder, name, 'a.txt'), name));
    const args = ['encrypt', '--key', 'k', '--conflict', 'replace', '--out', out];
    const first = await batch(vault.cli, [...args, ...inputs]);
    expect(first.files.map(({ outcome }) => outcome)).toEqual(['done', 'failed']);
    expect(await retry()).toEqual({ code: 1, outcomes: ['failed'] });
    expect(filesIn(out)).toHaveLength(1);
  });

  it.each([
    { of: 'encrypt', args: ['--key', 'k'], code: 1, count: { failed: 2, skipped: 0 } },
    { of: 'verify', args: [], code: 1, count: { failed: 2, skipped: 0 } },
  ])('is recorded like any other if all of them were: $of', async ({ of, args, ...want }) => {
    const inputs = ['gone-1', 'gone-2'].map((name) => join(vault.home, `${of}-${name}`));
    const call = await batch(vault.cli, [of, ...args, ...inputs]);
    expect(call.code).toBe(want.code);
    const records = vault.records().filter(({ subject }) => subject['batch'] === call.batch);
    const files = records.filter(({ action }) => action === `file.${of}`);
    expect(files.map(({ subject }) => subject['input'])).toEqual(inputs);
    for (const each of files) expect(each).toMatchObject({ outcome: 'failed', code: 'not-found' });
    const details = { files: 0, ...want.count };
    expect(records.find(({ action }) => action === 'batch.start')?.details).toMatchObject(details);
    const end = records.find(({ action }) => action === 'batch.end');
    expect(end).toMatchObject({ outcome: 'failed', details: { done: 0, ...want.count } });
  });

  it('is recorded if every output already exists', async () => {
    const file = writeFile(join(vault.home, 'again', 'a.txt'), 'a');
    const args = ['encrypt', '--key', 'k', '--conflict', 'skip', file];
    await batch(vault.cli, args);
    const again = await batch(vault.cli, args);
    expect(again).toMatchObject({ code: 0, files: [{ outcome: 'skipped' }] });
    const records = vault.records().filter(({ subject }) => subject['batch'] === again.batch);
    expect(records.map(({ action }) => action)).toEqual(['file.skip', 'batch.start', 'batch.end']);
    expect(records[0]).toMatchObject({ subject: { input: file }, details: { reason: 'exists' } });
  });
});
