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

  it('is tried again with them, into the folders where they belong', async () => {
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

  it('never puts one output in the place of another one of it', async () => {
    const folder = join(vault.home, 'collide');
    const out = join(vault.home, 'collide-out');
    const inputs = ['one', 'two'].map((name) => writeFile(join(folder, name, 'a.txt'), name));
    const args = ['encrypt', '--key', 'k', '--conflict', 'replace', '--out', out];
    const first = await batch(vault.cli, [...args, ...inputs]);
    expect(first.files.map(({ outcome }) => outcome)).toEqual(['done', 'failed']);
    expect(await retry()).toEqual({ code: 1, outcomes: ['failed'] });
    expect(filesIn(out)).toHaveLength(1);
  });
});
