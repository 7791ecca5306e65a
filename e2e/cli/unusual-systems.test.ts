import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { type Mount, mayMount, mountReadOnly, mountSmallDisk, remount } from '../support/mounts.ts';
import { partsIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const SPY = fileURLToPath(new URL('../support/failing-disk.mjs', import.meta.url));
const NO_ACCOUNT = '54321';

describe.skipIf(!mayMount)('unusual systems', () => {
  let vault: TestVault;
  const undo: (() => void)[] = [];

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
  });
  afterEach(() => {
    for (const each of undo.splice(0).reverse()) each();
  });
  afterAll(() => vault.remove());

  const mounted = (mount: Mount): string => {
    undo.push(mount.unmount);
    return mount.folder;
  };

  it('a user id without an account, and a drop box to write into', async () => {
    const home = join(vault.home, 'stranger');
    mkdirSync(home);
    execFileSync('chmod', ['711', vault.home]);
    const file = writeFile(join(home, 'a.txt'), 'a', 0o644);
    execFileSync('chown', ['-R', NO_ACCOUNT, home]);
    const box = join(vault.home, 'box');
    mkdirSync(box);
    chmodSync(box, 0o1733);
    const user = [`--reuid=${NO_ACCOUNT}`, `--regid=${NO_ACCOUNT}`, '--clear-groups'];
    const options: CliOptions = {
      through: ['setpriv', ...user, '--'],
      env: { CLAVIGER_VAULT: join(home, 'vault'), CLAVIGER_STATE: join(home, 'state') },
    };
    const made = await vault.cli.run(['init', '--evaluation'], options);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const key = await vault.cli.run(['key', 'create', 'k'], options);
    expect(key, key.stderr).toMatchObject({ code: 0 });
    await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', box, file], options);
    expect(readdirSync(box)).toEqual(['a.txt.clv']);
    const { stdout } = await vault.cli.run(['audit', 'list', '--json', '--limit', '1'], options);
    expect(stdout).toContain(`"user": "uid ${NO_ACCOUNT}"`);
  });

  it('a batch whose disk refuses everything does not keep another one from being resumed', async () => {
    const disk = mounted(mountSmallDisk(join(vault.home, 'stick'), 16));
    const env = { NODE_OPTIONS: `--import=${SPY}`, CLAVIGER_DISK_FAULT: 'end' };
    const file = writeFile(join(vault.home, 'resumed', 'a.txt'), 'a');
    const good = join(vault.home, 'good');
    for (const out of [disk, good])
      await vault.cli.run(['encrypt', '--key', 'k', '--out', out, file], { env });
    expect([disk, good].flatMap(partsIn)).toHaveLength(2);
    remount(disk, 'ro');
    const resumed = await vault.cli.run(['resume']);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('An unfinished output of this batch cannot be removed');
    expect(resumed.stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(good)).toEqual(['a.txt.clv']);
    remount(disk, 'rw');
    expect(await vault.cli.run(['retry'])).toMatchObject({ code: 0 });
    expect(readdirSync(disk)).toEqual(['a.txt.clv']);
  });

  /** Why the original stayed. */
  const keptBecause = async (file: string): Promise<string> => {
    const out = join(vault.home, 'kept-out');
    const args = ['encrypt', '--delete-originals', '--key', 'k', '--out', out, file];
    const { code, files } = await batch(vault.cli, args);
    expect(code).toBe(1);
    expect(files).toMatchObject([{ outcome: 'done', originalDeleted: false }]);
    return files[0]?.reason?.cause ?? '';
  };

  it('an original that is protected or on a read-only disk is reported as such', async () => {
    const folder = join(vault.home, 'kept');
    const file = writeFile(join(folder, 'a.txt'), 'a');
    const view = mounted(mountReadOnly(folder, join(vault.home, 'kept-view')));
    expect(await keptBecause(join(view, 'a.txt'))).toBe(
      'The original is on a read-only file system.',
    );
    execFileSync('chattr', ['+i', file]);
    undo.push(() => execFileSync('chattr', ['-i', file]));
    expect(await keptBecause(file)).toContain('for the original: it may be protected');
  });

  it('a failure says whether it is about the original or the output', async () => {
    const folder = join(vault.home, 'sides');
    const long = writeFile(join(folder, 'x'.repeat(253)), 'x');
    writeFile(join(folder, 'a.txt'), 'a');
    const tooLong = join(folder, ...Array.from({ length: 20 }, () => 'y'.repeat(250)));
    const { files } = await batch(vault.cli, ['encrypt', '--key', 'k', long, tooLong]);
    expect(files.map(({ input, reason }) => [input, reason?.cause])).toEqual([
      [long, 'The name or path of the output would be longer than this file system allows.'],
      [tooLong, 'The path of this file is longer than the system allows.'],
    ]);
    const view = mounted(mountReadOnly(folder, join(vault.home, 'sides-view')));
    const beside = await vault.cli.run(['encrypt', '--key', 'k', join(view, 'a.txt')]);
    expect(beside.stderr).toContain('The output folder is on a read-only file system.');
    expect(beside.stderr).toContain('Use --out DIR to choose another folder.');
  });
});
