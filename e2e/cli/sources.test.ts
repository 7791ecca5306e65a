import { appendFileSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import type { RunningCli } from '../support/cli.ts';
import { documentOf, type FileReceipt } from '../support/documents.ts';
import { openFilesOf, engineOf, until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, partsIn, sha256Of, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const MIB = 1024 * 1024;

let vault: TestVault;
const random = seeded(6);

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'token');
});

afterAll(() => vault.remove());

/** Starts to encrypt a large file and waits until the engine has started to read it. */
const encrypting = async (
  name: string,
): Promise<{ readonly file: string; readonly running: RunningCli }> => {
  const file = writeFile(join(vault.home, name, 'large.bin'), random.bytes(96 * MIB));
  const running = vault.cli.start(['encrypt', '--json', '--key', 'k', file]);
  const engine = await engineOf(running.pid);
  // The partial file exists once the source has been opened and checked.
  await until(() => openFilesOf(engine).includes(file) && partsIn(join(vault.home, name))[0]);
  return { file, running };
};

const receiptOf = async (running: RunningCli): Promise<FileReceipt | undefined> => {
  const result = await running.result;
  const { files } = documentOf('batch', result);
  expect(files).toHaveLength(1);
  return files[0];
};

describe('a source', () => {
  it.each<readonly [string, (file: string) => void]>([
    ['grows', (file) => appendFileSync(file, 'more')],
    ['shrinks', (file) => truncateSync(file, 80 * MIB)],
    ['is written to', (file) => utimesSync(file, 1, 1)],
  ])('that %s while it is read fails, and no output appears', async (name, change) => {
    const { file, running } = await encrypting(name.replaceAll(' ', '-'));
    change(file);
    const receipt = await receiptOf(running);
    expect(receipt).toMatchObject({ outcome: 'failed', reason: { code: 'source-changed' } });
    expect(filesIn(join(file, '..'))).toEqual([file]);
    await vault.expectSound();
  });

  it('that is replaced by a link while it is read is read to its end from the open file', async () => {
    const { file, running } = await encrypting('exchanged');
    const moved = join(vault.home, 'elsewhere.bin');
    const before = sha256Of(file);
    renameSync(file, moved);
    symlinkSync('/etc/hostname', file);
    const receipt = await receiptOf(running);
    // Renaming changes the ctime, so the file counts as changed; the link is never followed.
    expect(receipt).toMatchObject({ outcome: 'failed', reason: { code: 'source-changed' } });
    expect(sha256Of(moved)).toBe(before);
    expect(filesIn(join(file, '..'))).toEqual([]);
  });

  it.each([
    ['a link', 'symlink', (file: string): void => symlinkSync('/etc/hostname', file)],
    ['nothing', 'not-found', (): void => undefined],
  ])('that has become %s before its turn is not followed', async (name, code, put) => {
    const folder = join(vault.home, `before-${code}`);
    // The large file comes first, by its name, and keeps the engine busy.
    for (let i = 0; i < 3; i++) writeFile(join(folder, `a-${i}.bin`), random.bytes(48 * MIB));
    const last = writeFile(join(folder, 'z.txt'), 'comes last');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', folder]);
    await until(() => partsIn(folder)[0]);
    rmSync(last);
    put(last);
    const { files } = documentOf('batch', await running.result);
    const receipt = files.find(({ input }) => input === last);
    expect(receipt, name).toMatchObject({ outcome: 'failed', reason: { code } });
    expect(files.filter(({ outcome }) => outcome === 'done')).toHaveLength(3);
    expect(partsIn(folder)).toEqual([]);
  });

  it('that is sparse is restored with every byte', async () => {
    const file = writeFile(join(vault.home, 'sparse', 'sparse.bin'), 'start');
    truncateSync(file, 64 * MIB + 1);
    const before = sha256Of(file);
    const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
    rmSync(file);
    await batchDone(vault.cli, ['decrypt', receipt?.output ?? '']);
    expect(sha256Of(file)).toBe(before);
  });
});
