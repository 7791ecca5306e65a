import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../support/documents.ts';
import { filesIn } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

/** A path with a byte that is not valid UTF-8. */
const bytes = (folder: string, ...name: (string | number)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${folder}/`),
    ...name.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  ]);

describe.skipIf(process.platform !== 'linux')('names that are not UTF-8', () => {
  let vault: TestVault;
  let folder: string;

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
    folder = join(vault.home, 'names');
    mkdirSync(folder);
    writeFileSync(bytes(folder, 'b', 0xff), 'the byte FF');
    writeFileSync(bytes(folder, 'b', 0xfe), 'the byte FE');
    writeFileSync(join(folder, 'b\ufffd'), 'what stands for both elsewhere');
    mkdirSync(bytes(folder, 'd', 0xff));
    writeFileSync(bytes(folder, 'd', 0xff, '/inside'), 'x');
    mkdirSync(join(folder, 'd\ufffd'));
    writeFileSync(join(folder, 'd\ufffd', 'other'), 'y');
  });

  afterAll(() => vault.remove());

  it('are reported one by one, and never confused with another file', async () => {
    const out = join(vault.home, 'out');
    const result = await vault.cli.run(['encrypt', '--json', '--key', 'k', '--out', out, folder]);
    expect(result.code).toBe(1);
    const { files } = documentOf('batch', result);
    const failed = files.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ input }) => input)).toEqual([
      join(folder, 'b\\xfe'),
      join(folder, 'b\\xff'),
      join(folder, 'd\\xff'),
    ]);
    expect(new Set(failed.map(({ reason }) => reason?.code))).toEqual(new Set(['name-unusable']));
    expect(filesIn(out)).toHaveLength(2);
  });

  it('are reported if they are named directly', async () => {
    const out = join(vault.home, 'named');
    const through = ['sh', '-c', `exec "$@" ${folder}/b*`, 'sh'];
    const args = ['encrypt', '--json', '--key', 'k', '--out', out];
    const result = await vault.cli.run(args, { through });
    expect(result.code).toBe(1);
    const { files } = documentOf('batch', result);
    expect(files.map(({ outcome }) => outcome).sort()).toEqual(['done', 'failed', 'failed']);
    expect(readdirSync(out)).toEqual(['b\ufffd.clv']);
  });

  it.each([
    ['an output folder', `encrypt --key k --out "$(printf 'out\\377')" names/d*`],
    ['a vault', `key list --vault "$(printf 'v\\377')"`],
    ['a report', `report --out "$(printf 'r\\377.json')"`],
    ['a file to look into', `inspect "$(printf 'names/b\\377')"`],
  ])('are refused as %s', async (_, words) => {
    const before = filesIn(vault.home).length;
    const through = ['sh', '-c', `exec "$@" ${words}`, 'sh'];
    const result = await vault.cli.run([], { through, cwd: vault.home });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('is not UTF-8');
    expect(filesIn(vault.home)).toHaveLength(before);
  });

  it('are refused as a vault in the environment', async () => {
    const through = ['sh', '-c', `CLAVIGER_VAULT="$(printf 'v\\377')" exec "$@"`, 'sh'];
    const result = await vault.cli.run(['init', '--evaluation'], { through, cwd: vault.home });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('CLAVIGER_VAULT is not UTF-8');
  });
});
