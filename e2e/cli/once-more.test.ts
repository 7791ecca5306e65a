import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const LATE = fileURLToPath(new URL('../support/late-clock.mjs', import.meta.url));

let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});
afterAll(() => vault.remove());

describe('an encrypted file under another name', () => {
  it('is known by what it begins with', async () => {
    const folder = join(vault.home, 'downloads');
    const plain = writeFile(join(folder, 'x.pdf'), 'x');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', plain]);
    const second = join(folder, 'x.pdf.clv (1)');
    copyFileSync(join(folder, 'x.pdf.clv'), second);
    const other = join(folder, 'renamed.bin');
    renameSync(join(folder, 'x.pdf.clv'), other);

    await batchDone(vault.cli, ['verify', second, other]);
    const out = join(vault.home, 'opened');
    const opened = await batch(vault.cli, ['decrypt', '--out', out, folder]);
    expect(opened.files.map(({ outcome }) => outcome).sort()).toEqual(['done', 'done', 'skipped']);
    expect(filesIn(out).map((each) => each.slice(out.length + 1))).toEqual([
      'downloads/renamed.bin.decrypted',
      'downloads/x.pdf',
    ]);
  });

  it('is encrypted once more only where an option says so', async () => {
    const folder = join(vault.home, 'again');
    const plain = writeFile(join(folder, 'x.pdf'), 'x');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', plain]);
    const other = join(folder, 'x.clv (1)');
    renameSync(join(folder, 'x.pdf.clv'), other);
    const args = ['encrypt', '--key', 'k', other];
    const refused = await batch(vault.cli, args);
    expect(refused.code).toBe(1);
    expect(refused.files).toMatchObject([
      { outcome: 'failed', reason: { code: 'already-encrypted' } },
    ]);
    expect((await vault.cli.run(args)).stderr).toContain('--encrypt-again');
    const met = await batch(vault.cli, ['encrypt', '--key', 'k', folder]);
    expect(met.files.map(({ outcome }) => outcome).sort()).toEqual(['done', 'skipped']);
    await batchDone(vault.cli, [...args, '--encrypt-again']);
  });
});

describe('the vault', () => {
  it('is waited for where an option says so, and its holder is named', async () => {
    const files = [1, 2, 3, 4].map((n) => writeFile(join(vault.home, 'many', `${n}`), `${n}`));
    const holder = vault.cli.start(['encrypt', '--wait', '--key', 'k', ...files]);
    const others = files.map((file) =>
      vault.cli.run(['encrypt', '--wait', '--key', 'k', '--out', join(vault.home, 'w'), file]),
    );
    const results = await Promise.all([holder.result, ...others]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    const waited = results.filter(({ stderr }) => stderr.includes('Waiting.'));
    expect(waited.length).toBeGreaterThan(0);
    for (const { stderr } of waited) expect(stderr).toMatch(/in use by .*process \d+/);
    expect(filesIn(join(vault.home, 'w'))).toHaveLength(4);
  });

  it('writes nothing where the clock is past the year 9999', async () => {
    const env = { NODE_OPTIONS: `--import=${LATE}` };
    const before = vault.records().length;
    const created = await vault.cli.run(['key', 'create', 'late'], { env });
    expect(created.code).toBe(2);
    expect(created.stderr).toContain('The clock of this computer says the year 10001.');
    expect(vault.records()).toHaveLength(before);
    await vault.expectSound();
    const dir = join(vault.home, 'late-vault');
    const made = await vault.cli.run(['init', '--evaluation', '--vault', dir], { env });
    expect(made.code).toBe(2);
    expect(existsSync(dir)).toBe(false);
  });
});
