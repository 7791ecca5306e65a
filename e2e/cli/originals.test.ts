import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { FileReceipt } from '../support/documents.ts';
import { documentOf } from '../support/documents.ts';
import { mayMount, mountReadOnly } from '../support/mounts.ts';
import { engineOf, isAlive, killNow, until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, partsIn, randomTree, sha256Of, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const MIB = 1024 * 1024;

let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});

afterAll(() => vault.remove());

const encryptAway = (out: string, plain: string): string[] => [
  'encrypt',
  '--json',
  '--key',
  'k',
  '--delete-originals',
  '--out',
  out,
  plain,
];

const deletions = (outcome: string): unknown[] =>
  vault
    .records()
    .filter(({ action }) => action === 'file.delete-original')
    .filter((record) => record.outcome === outcome)
    .map(({ subject }) => subject['input']);

describe('--delete-originals', () => {
  it('deletes each original once its output has been read back, and records it', async () => {
    const plain = randomTree(join(vault.home, 'plain'), seeded(7), {
      files: 100,
      most: 9_000,
      sizes: [0, 6 * MIB],
    });
    const before = snapshotOf(plain);
    const inputs = filesIn(plain);
    const out = join(vault.home, 'out');
    const receipts = await batchDone(
      vault.cli,
      encryptAway(out, plain).filter((arg) => arg !== '--json'),
    );
    expect(receipts.map(({ originalDeleted }) => originalDeleted)).toEqual(inputs.map(() => true));
    expect(filesIn(plain)).toEqual([]);
    expect(deletions('ok').sort()).toEqual(inputs);
    const opened = join(vault.home, 'opened');
    await batchDone(vault.cli, ['decrypt', '--out', opened, join(out, 'plain')]);
    for (const file of filesIn(join(opened, 'plain'))) {
      const name = file.slice(join(opened, 'plain').length + 1);
      expect(before[name]).toContain(sha256Of(file));
    }
    expect(filesIn(join(opened, 'plain'))).toHaveLength(inputs.length);
    await vault.expectSound();
  });

  it('keeps an original that changes before it is deleted, and says so', async () => {
    const file = writeFile(join(vault.home, 'changed', 'changed.bin'), seeded(8).bytes(48 * MIB));
    const out = join(vault.home, 'changed-out');
    const running = vault.cli.start(encryptAway(out, file));
    // The output has its name, so the next step is to read it back.
    await until(() => existsSync(join(out, 'changed.bin.clv')));
    appendFileSync(file, 'written in the meantime');
    const result = await running.result;
    const { files } = documentOf('batch', result);
    expect(files).toMatchObject([{ outcome: 'done', originalDeleted: false }]);
    expect(['source-changed', 'read-back-failed']).toContain(files[0]?.reason?.code);
    expect(result.code).toBe(1);
    expect(existsSync(file)).toBe(true);
    expect(deletions('failed')).toContain(file);
    await batchDone(vault.cli, ['verify', out]);
  });

  it.skipIf(!mayMount)('keeps an original that cannot be deleted, and says so', async () => {
    const root = join(vault.home, 'stays');
    writeFile(join(root, 'stays.txt'), 'stays');
    const mount = mountReadOnly(root, join(vault.home, 'stays-read-only'));
    try {
      const file = join(mount.folder, 'stays.txt');
      const call = await batch(
        vault.cli,
        encryptAway(join(vault.home, 'stays-out'), file).filter((arg) => arg !== '--json'),
      );
      expect(call).toMatchObject({ code: 1, files: [{ outcome: 'done', originalDeleted: false }] });
      expect(call.files[0]?.reason?.code).toBe('read-only');
      expect(existsSync(file)).toBe(true);
      expect(deletions('failed')).toContain(file);
    } finally {
      mount.unmount();
    }
  });

  it('continues if the engine is killed while it reads back', async () => {
    const file = writeFile(join(vault.home, 'killed', 'killed.bin'), seeded(9).bytes(64 * MIB));
    const out = join(vault.home, 'killed-out');
    const running = vault.cli.start(encryptAway(out, file));
    const engine = await engineOf(running.pid);
    await until(() => existsSync(join(out, 'killed.bin.clv')));
    killNow(engine);
    const result = await running.result;
    const { files, interrupted } = documentOf('batch', result);
    expect(interrupted).toBeNull();
    expect(files).toMatchObject([{ outcome: 'done', originalDeleted: true }]);
    expect(existsSync(file)).toBe(false);
    await batchDone(vault.cli, ['verify', out]);
  });

  it('deletes the remaining originals after a crash, but none that is not encrypted', async () => {
    const random = seeded();
    for (let round = 0; round < 4; round++) {
      const note = `seed ${random.seed}, round ${round}`;
      const plain = randomTree(join(vault.home, `crash-${round}`), random, {
        files: 300,
        most: 3_000,
      });
      const before = snapshotOf(plain);
      const out = join(vault.home, `crash-out-${round}`);
      const running = vault.cli.start(encryptAway(out, plain));
      const left = 1 + random.below(300);
      await until(() => filesIn(plain).length < left || !isAlive(running.pid), 1);
      killNow(running.pid);
      await running.result;

      const resumed = await vault.cli.run(['resume', '--json']);
      const { batches } = documentOf('resumed', resumed);
      const receipts: readonly FileReceipt[] = batches.flatMap(({ files }) => files);
      const kept = receipts.filter(({ originalDeleted }) => originalDeleted !== true);
      expect(kept, note).toEqual([]);
      expect(filesIn(plain), note).toEqual([]);
      expect(partsIn(out), note).toEqual([]);
      const opened = join(vault.home, `crash-opened-${round}`);
      await batchDone(vault.cli, ['decrypt', '--out', opened, out]);
      const hashes = Object.values(before).filter((what) => what.startsWith('file'));
      const came = Object.values(snapshotOf(opened)).filter((what) => what.startsWith('file'));
      expect(came.sort(), note).toEqual(hashes.sort());
    }
    await vault.expectSound();
  });
});

describe.runIf(process.platform === 'linux')('--trash-originals', () => {
  it('moves each original to the trash, and records that it was moved there', async () => {
    const file = writeFile(join(vault.home, 'moved', 'moved.txt'), 'plain');
    const data = join(vault.home, 'data');
    const receipts = await batchDone(
      vault.cli,
      ['encrypt', '--key', 'k', '--trash-originals', file],
      { env: { XDG_DATA_HOME: data } },
    );
    expect(receipts).toMatchObject([{ originalDeleted: true }]);
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(join(data, 'Trash', 'files', 'moved.txt'), 'utf8')).toBe('plain');
    const last = vault.records().findLast(({ action }) => action === 'file.delete-original');
    expect(last).toMatchObject({ outcome: 'ok', details: { removal: 'trash' } });
  });

  it('cannot be combined with deleting', async () => {
    const args = ['encrypt', '--key', 'k', '--trash-originals', '--delete-originals', vault.home];
    const result = await vault.cli.run(args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('not both');
  });
});
