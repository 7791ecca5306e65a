import { mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { seeded } from '../support/seeded.ts';
import { digestOfFile, filesIn, partsIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const SPY = fileURLToPath(new URL('../support/failing-disk.mjs', import.meta.url));
const MIB = 1024 * 1024;

let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});
afterAll(() => vault.remove());

const failing = (fault: string): CliOptions => ({
  env: { NODE_OPTIONS: `--import=${SPY}`, CLAVIGER_DISK_FAULT: fault },
});

/** A file whose output is to replace an older one. */
const replacing = (
  name: string,
): { readonly out: string; readonly older: string; readonly args: string[] } => {
  const out = join(vault.home, name);
  const file = writeFile(join(vault.home, `${name}-plain`, 'a.txt'), 'the new text');
  const older = writeFile(join(out, 'a.txt.clv'), 'an older output');
  return { out, older, args: ['--key', 'k', '--conflict', 'replace', '--out', out, file] };
};

/** Every file that is reported as done exists and is what was recorded. */
const expectResumed = async (out: string): Promise<void> => {
  const resumed = await vault.cli.run(['resume', '--json']);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  const files = documentOf('resumed', resumed).batches.flatMap((each) => each.files);
  expect(files.map(({ outcome }) => outcome)).toEqual(['done']);
  for (const { output, digest } of files) expect(digest).toEqual(digestOfFile(output ?? ''));
  expect(partsIn(out)).toEqual([]);
  await batchDone(vault.cli, ['verify', out]);
  await vault.expectSound();
};

it('after a failed sync of a record, an older output is not taken for the new one', async () => {
  const { out, older, args } = replacing('record');
  const result = await vault.cli.run(['encrypt', '--json', ...args], failing('record'));
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('The ledger could not be written');
  expect(readFileSync(older, 'utf8')).toBe('an older output');
  await expectResumed(out);
});

it.each([
  ['statfs', 'does not say how much room it has'],
  ['statfs-0', 'says that it has 0 of 0'],
  ['fsync-no-folder', 'puts no folder on disk'],
])('works on a file system that %s: %s', async (fault) => {
  const out = join(vault.home, fault);
  const plain = join(vault.home, `${fault}-plain`);
  const file = writeFile(join(plain, 'a.txt'), 'a');
  const large = writeFile(join(plain, 'large.bin'), seeded(5).bytes(5 * MIB));
  const args = ['encrypt', '--json', '--key', 'k', '--out', out, file, large];
  const result = await vault.cli.run(args, failing(fault));
  expect(result, result.stderr).toMatchObject({ code: 0 });
  await batchDone(vault.cli, ['verify', out]);
  // The same for the folder of a vault, its token and a report.
  const dir = join(vault.home, `${fault}-vault`);
  for (const more of [
    ['init', '--evaluation'],
    ['key', 'create', 'k'],
    ['report', '--out', `${dir}.json`],
  ]) {
    const made = await vault.cli.run([...more, '--vault', dir], failing(fault));
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(made.stderr).not.toContain('knows of the vault could not be saved');
  }
});

it('after a power cut before a refused name is recorded, an older output is not taken for the new one', async () => {
  const { out, older, args } = replacing('publish');
  const result = await vault.cli.run(['encrypt', '--json', ...args], failing('publish'));
  expect(result.signal).toBe('SIGKILL');
  expect(readFileSync(older, 'utf8')).toBe('an older output');
  await expectResumed(out);
});

it('an output that cannot get its name while resuming fails that file and not the batch', async () => {
  const { out, older, args } = replacing('resume');
  await vault.cli.run(['encrypt', '--json', ...args], failing('publish'));
  rmSync(older);
  mkdirSync(join(older, 'in-the-way'), { recursive: true });
  const resumed = await vault.cli.run(['resume', '--json']);
  expect(resumed.code, resumed.stderr).toBe(1);
  expect(documentOf('resumed', resumed).batches[0]?.files).toMatchObject([
    { outcome: 'failed', reason: { code: 'not-a-file' } },
  ]);
  expect(partsIn(out)).toEqual([]);

  rmSync(older, { recursive: true });
  expect(await vault.cli.run(['retry'])).toMatchObject({ code: 0 });
  await batchDone(vault.cli, ['verify', out]);
  await vault.expectSound();
});

it('tries every file again if the retry was interrupted', async () => {
  const out = join(vault.home, 'retry');
  const file = writeFile(join(vault.home, 'retry-plain', 'a.txt'), 'a');
  writeFile(out, 'a file where the folder is to be');
  const first = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, file]);
  expect(first.files).toMatchObject([{ outcome: 'failed' }]);
  rmSync(out);
  const retried = await vault.cli.run(['retry', '--json'], failing('end'));
  expect(retried.signal).toBe('SIGKILL');
  await expectResumed(out);
});

it.each([
  { fault: 'change', what: 'longer', left: 'a and more' },
  { fault: 'change alike', what: 'of the same length and time', left: 'b' },
])('keeps an original that is changed while its deletion is recorded: $what', async (each) => {
  const file = writeFile(join(vault.home, `${each.fault}-plain`, 'a.txt'), 'a');
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  const out = join(vault.home, each.fault);
  const args = ['encrypt', '--key', 'k', '--delete-originals', '--out', out, file];
  const env = { ...failing(each.fault).env, CLAVIGER_CHANGED_FILE: file };
  const { code, files } = await batch(vault.cli, args, { env });
  expect(code).toBe(1);
  expect(files).toMatchObject([
    { outcome: 'done', originalDeleted: false, reason: { code: 'source-changed' } },
  ]);
  expect(readFileSync(file, 'utf8')).toContain(each.left);
  await vault.expectSound();
});

it.each([
  ['small', 1_000],
  ['large', 9 * MIB],
])(
  'a %s output that cannot be synced is removed, and the error is reported',
  async (name, size) => {
    const file = writeFile(join(vault.home, 'plain', `${name}.bin`), seeded(3).bytes(size));
    for (const fault of ['fsync-part', 'fsync-folder']) {
      const out = join(vault.home, name, fault);
      const args = ['encrypt', '--key', 'k', '--out', out, file];
      const { code, files } = await batch(vault.cli, args, failing(fault));
      expect(code, fault).toBe(1);
      expect(files, fault).toMatchObject([
        { outcome: 'failed', reason: { code: 'io', detail: 'EIO in fsync' } },
      ]);
      expect(filesIn(out)).toEqual([]);
    }
    const out = join(vault.home, name, 'whole');
    const [sealed] = await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', out, file]);
    const opened = join(vault.home, name, 'opened');
    const args = ['decrypt', '--out', opened, sealed?.output ?? ''];
    const { files } = await batch(vault.cli, args, failing('fsync-part'));
    expect(files).toMatchObject([{ reason: { code: 'io', detail: 'EIO in fsync' } }]);
    expect(filesIn(opened)).toEqual([]);
    await vault.expectSound();
  },
);
