import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { fill, mayMount, type Mount, mountReadOnly, mountSmallDisk } from '../support/mounts.ts';
import { until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, partsIn, pathsIn, randomTree, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const MIB = 1024 * 1024;

describe.skipIf(!mayMount)('a disk', () => {
  let vault: TestVault;
  const mounts: Mount[] = [];

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
    await vault.createKey('t', 'hsm-only', 'token');
  });

  afterEach(() => {
    for (const mount of mounts.splice(0)) mount.unmount();
  });

  afterAll(() => vault.remove());

  const smallDisk = (name: string, mebibytes: number): string => {
    const mount = mountSmallDisk(join(vault.home, name), mebibytes);
    mounts.push(mount);
    return mount.folder;
  };

  it('that is too small is refused before anything is written', async () => {
    const out = smallDisk('too-small', 64);
    const file = writeFile(join(vault.home, 'hundred.bin'), Buffer.alloc(100 * MIB));
    const result = await vault.cli.run(['encrypt', '--json', '--key', 'k', '--out', out, file]);
    expect(result.code).toBe(1);
    const { error } = documentOf('error', result);
    expect(error).toMatchObject({ code: 'disk-full', unharmed: 'Nothing was written.' });
    expect(pathsIn(out)).toEqual([]);
    await vault.expectSound();
  });

  it.each(['k', 't'])(
    'that fills up in the middle of a large file loses nothing (key %s)',
    async (key) => {
      const out = smallDisk(`runs-full-${key}`, 64);
      const file = writeFile(join(vault.home, 'large.bin'), seeded(4).bytes(48 * MIB));
      const running = vault.cli.start(['encrypt', '--json', '--key', key, '--out', out, file]);
      // There is enough space when the batch is planned; something else uses it while the output grows.
      await until(() => partsIn(out)[0]);
      fill(join(out, 'somebody-else'));
      const result = await running.result;
      const { files } = documentOf('batch', result);
      expect(files).toMatchObject([{ outcome: 'failed', reason: { code: 'disk-full' } }]);
      expect(files[0]?.reason?.next).toContain('Free some space');
      expect(result.code).toBe(1);
      expect(pathsIn(out)).toEqual([join(out, 'somebody-else')]);

      rmSync(join(out, 'somebody-else'));
      await batchDone(vault.cli, ['encrypt', '--key', key, '--out', out, file]);
      await batchDone(vault.cli, ['verify', out]);
      await vault.expectSound();
    },
  );

  it('that fills up between small files keeps the finished ones', async () => {
    const out = smallDisk('runs-full-small', 64);
    const plain = join(vault.home, 'many');
    randomTree(plain, seeded(5), { files: 400, most: 100_000 });
    const before = snapshotOf(plain);
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    await until(() => pathsIn(out).length > 40);
    fill(join(out, 'somebody-else'));
    const result = await running.result;
    const { files } = documentOf('batch', result);
    const of = (outcome: string): typeof files => files.filter((file) => file.outcome === outcome);
    expect(of('failed').length).toBeGreaterThan(0);
    for (const { reason } of of('failed')) expect(reason?.code).toBe('disk-full');
    expect(result.code).toBe(1);
    expect(partsIn(out)).toEqual([]);
    const outputs = filesIn(out).filter((each) => each.endsWith('.clv'));
    expect(
      of('done')
        .map(({ output }) => output)
        .sort(),
    ).toEqual(outputs);
    rmSync(join(out, 'somebody-else'));
    await batchDone(vault.cli, ['verify', ...outputs]);

    const retried = documentOf('resumed', await vault.cli.run(['retry', '--json']));
    expect(retried.batches.flatMap((each) => each.files).length).toBeGreaterThanOrEqual(
      of('failed').length,
    );
    expect(filesIn(out)).toHaveLength(400);
    expect(snapshotOf(plain)).toEqual(before);
    await vault.expectSound();
  });

  it('that is read-only is reported as such', async () => {
    const root = join(vault.home, 'writable');
    const file = writeFile(join(root, 'a.txt'), 'a');
    const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
    const before = snapshotOf(root);
    const mount = mountReadOnly(root, join(vault.home, 'read-only'));
    mounts.push(mount);
    for (const args of [
      ['encrypt', '--key', 'k', join(mount.folder, 'a.txt')],
      ['encrypt', '--key', 'k', '--out', join(mount.folder, 'new', 'folder'), file],
      ['decrypt', '--conflict', 'replace', join(mount.folder, 'a.txt.clv')],
    ]) {
      const call = await batch(vault.cli, args);
      expect(call.code).toBe(1);
      expect(call.files).toMatchObject([{ outcome: 'failed', reason: { code: 'read-only' } }]);
    }
    await batchDone(vault.cli, ['verify', join(mount.folder, 'a.txt.clv')]);
    expect(receipt?.output).toBe(join(root, 'a.txt.clv'));
    expect(snapshotOf(root)).toEqual(before);
    await vault.expectSound();
  });

  it('that contains the vault and is full stops the batch before anything is done unrecorded', async () => {
    const disk = smallDisk('vault-disk', 24);
    const dir = join(disk, 'vault');
    const env = { CLAVIGER_VAULT: dir };
    expect(await vault.cli.run(['init', '--evaluation'], { env })).toMatchObject({ code: 0 });
    expect(await vault.cli.run(['key', 'create', 'k'], { env })).toMatchObject({ code: 0 });
    const file = writeFile(join(vault.home, 'outside', 'a.txt'), 'a');
    fill(join(disk, 'somebody-else'));
    const result = await vault.cli.run(['encrypt', '--json', '--key', 'k', file], { env });
    expect(result.code).not.toBe(0);
    expect(filesIn(join(vault.home, 'outside'))).toEqual([file]);

    rmSync(join(disk, 'somebody-else'));
    const again = await vault.cli.run(['encrypt', '--json', '--key', 'k', file], { env });
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const verdict = await vault.cli.run(['audit', 'verify', '--json'], { env });
    expect(documentOf('verdict', verdict).verified).toBe(true);
  });

  it('that contains a read-only vault is reported', async () => {
    const original = join(vault.home, 'second-vault');
    const env = { CLAVIGER_VAULT: original };
    await vault.cli.run(['init', '--evaluation'], { env });
    const mount = mountReadOnly(original, join(vault.home, 'second-read-only'));
    mounts.push(mount);
    const readOnly = { env: { CLAVIGER_VAULT: mount.folder } };
    const result = await vault.cli.run(['key', 'create', 'no', '--json'], readOnly);
    expect(result.code).not.toBe(0);
    expect(documentOf('error', result).error.code).toBe('read-only');
    // It can be viewed, and a note says that viewing is not recorded.
    for (const command of ['key list', 'audit list', 'audit verify', 'checkpoint show']) {
      const look = await vault.cli.run([...command.split(' '), '--json'], readOnly);
      expect(look, look.stderr).toMatchObject({ code: 0 });
      expect(look.stderr).toContain('This look was not recorded');
    }
  });
});

describe('a vault folder that is removed during a batch', () => {
  let vault: TestVault;
  let plain: string;

  beforeAll(async () => {
    vault = await makeVault('NSS softokn');
    await vault.createKey('k', 'hsm-only', 'host');
    plain = randomTree(join(vault.home, 'plain'), seeded(6), { files: 2_000, most: 2_000 });
  });

  afterAll(() => vault.remove());

  const outputsOf = (folder: string): string[] =>
    filesIn(folder).filter((each) => each.endsWith('.clv'));

  /** Every file on the disk is known to the ledger, under its final or partial name. */
  const expectRecorded = (out: string): void => {
    const recorded = vault
      .records()
      .flatMap(({ action, outcome, subject }) =>
        action === 'file.encrypt' && outcome === 'ok' ? [subject['output']] : [],
      );
    for (const output of outputsOf(out)) expect(recorded).toContain(output);
  };

  it('by renaming stops it with a message, and it continues when the folder is back', async () => {
    const out = join(vault.home, 'renamed');
    const away = `${vault.dir}-away`;
    const before = snapshotOf(plain);
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    await until(() => outputsOf(out).length > 30);
    renameSync(vault.dir, away);
    const result = await running.result;
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('the file or its folder does not exist');
    expect(existsSync(vault.dir)).toBe(false);
    expect(outputsOf(out).length).toBeLessThan(2_000);

    renameSync(away, vault.dir);
    expectRecorded(out);
    expect(snapshotOf(plain)).toEqual(before);
    expect(await vault.cli.run(['resume'])).toMatchObject({ code: 0 });
    expect(outputsOf(out)).toHaveLength(2_000);
    expect(partsIn(out)).toEqual([]);
    await vault.expectSound();
  });

  it('permanently stops it too, and no new folder is created', async () => {
    const out = join(vault.home, 'removed');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    await until(() => outputsOf(out).length > 30);
    rmSync(vault.dir, { recursive: true });
    const result = await running.result;
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('the file or its folder does not exist');
    expect(existsSync(vault.dir)).toBe(false);
    expect(outputsOf(out).length).toBeLessThan(2_000);
  });
});
