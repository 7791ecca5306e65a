import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
  it('is recognised by its first bytes', async () => {
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
      'downloads/x (2).pdf',
      'downloads/x.pdf',
    ]);
  });

  it('decrypts to the name that is sealed in it, and replaces nothing', async () => {
    const folder = join(vault.home, 'names');
    const plain = writeFile(join(folder, 'contract.pdf'), 'signed');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', plain]);
    const sealed = join(folder, 'contract.pdf.clv');
    const out = join(vault.home, 'restored');
    // As browsers and mail programs rename it, and with a meaningless name.
    const names = ['contract.pdf (1).clv', 'contract.pdf.clv (2)', 'attachment', 'scan.tmp'];
    for (const [n, name] of names.entries()) {
      copyFileSync(sealed, join(folder, name));
      const to = join(out, `${n}`);
      const opened = await batchDone(vault.cli, ['decrypt', '--out', to, join(folder, name)]);
      expect(opened).toMatchObject([{ output: join(to, 'contract.pdf') }]);
      expect(readFileSync(join(to, 'contract.pdf'), 'utf8')).toBe('signed');
      // The ledger has the names of the outputs.
      const record = vault.records().findLast(({ action }) => action === 'file.decrypt');
      expect(record?.subject['output']).toBe(join(to, 'contract.pdf'));
    }
    writeFileSync(join(out, '2/contract.pdf'), 'another one');
    const args = ['decrypt', '--out', join(out, '2')];
    for (const conflict of ['replace', 'skip'])
      await batchDone(vault.cli, [...args, '--conflict', conflict, join(folder, 'attachment')]);
    expect(filesIn(join(out, '2')).map((each) => each.slice(out.length + 3))).toEqual([
      'contract (2).pdf',
      'contract (3).pdf',
      'contract.pdf',
    ]);
    expect(readFileSync(join(out, '2/contract.pdf'), 'utf8')).toBe('another one');
  });

  it('keeps a name that somebody gave it, unless an option says otherwise', async () => {
    const folder = join(vault.home, 'own-names');
    const plain = writeFile(join(folder, 'contract.pdf'), 'signed');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', plain]);
    const own = join(folder, 'for Anna (2025).clv');
    renameSync(join(folder, 'contract.pdf.clv'), own);
    const out = join(vault.home, 'own');
    await batchDone(vault.cli, ['decrypt', '--out', out, own]);
    await batchDone(vault.cli, ['decrypt', '--original-names', '--out', out, own]);
    expect(filesIn(out).map((each) => each.slice(out.length + 1))).toEqual([
      'contract.pdf',
      'for Anna (2025)',
    ]);
  });

  it('is encrypted again only if an option says so', async () => {
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
  it('is waited for if an option says so, and the program that uses it is named', async () => {
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

  it('writes nothing if the clock is past the year 9999', async () => {
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
