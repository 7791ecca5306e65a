import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import type { CliOptions, CliResult } from '../support/cli.ts';
import { type DocumentOf, documentOf } from '../support/documents.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const STRANGER = fileURLToPath(new URL('../support/token-stranger.mjs', import.meta.url));
const TYPING = fileURLToPath(new URL('../support/typing.mjs', import.meta.url));
const SPY = fileURLToPath(new URL('../support/halting-token.mjs', import.meta.url));

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  let id: string;
  beforeEach(async () => {
    vault = await makeVault(token);
    ({ id } = await vault.createKey('archive', 'resident', 'host'));
  });
  afterEach(() => vault.remove());

  const reconcile = (args: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> =>
    vault.cli.run(['reconcile', ...args], options);
  const found = async (exit: number, ...args: string[]): Promise<DocumentOf<'reconciled'>> => {
    const result = await reconcile(['--json', ...args]);
    expect(result.code, result.stderr).toBe(exit);
    return documentOf('reconciled', result);
  };
  /** Runs another program, logged in to the same token. @returns the labels that it sees */
  const stranger = (...act: string[]): string[] =>
    execFileSync(process.execPath, [STRANGER, token, vault.dir, vault.tokenDir, ...act], {
      encoding: 'utf8',
    })
      .split('\n')
      .filter((line) => line !== '');
  const vaultId = (): string => String(vault.records()[0]?.subject['vault']);
  const labelOf = (version = 1, key = id): string => `claviger/${vaultId()}/key/${key}/${version}`;

  it('finds nothing in an intact vault, and records the comparison', async () => {
    const document = await found(0);
    expect(document).toMatchObject({ findings: [], removed: [], otherVaults: 0, others: 0 });
    expect(document.sound).toBe(5);
    const text = await reconcile();
    expect(text.stdout).toMatch(/^5 objects as the keystore says, 0 findings\./);
    const record = vault.records().findLast(({ action }) => action === 'token.reconcile');
    expect(record).toMatchObject({
      outcome: 'ok',
      details: { sound: 5, missing: 0, altered: 0, orphaned: 0, left: 0, found: [] },
    });
    await vault.expectSound();
  });

  it('finds a key that another program destroyed or replaced', async () => {
    const other = await vault.createKey('other', 'resident', 'token');
    stranger('destroy', labelOf());
    stranger('exchange', labelOf(1, other.id));
    const { findings, removed } = await found(1, '--remove-orphans', '--confirm', 'remove 0');
    expect(removed).toEqual([]);
    expect(findings).toHaveLength(2);
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'missing',
          key: { id, name: 'archive', version: 1 },
          what: 'Version 1 of the key “archive”',
        }),
        expect.objectContaining({ kind: 'altered', label: labelOf(1, other.id) }),
      ]),
    );
    const text = await reconcile();
    expect(text.stdout).toContain('MISSING: Version 1 of the key “archive”');
    expect(text.stdout).toContain('ALTERED: Version 1 of the key “other”');
    expect(text.stdout).toContain('backup of the token vendor');
  });

  it('every unlock reports a key that is missing in the token, and records it', async () => {
    stranger('destroy', labelOf());
    const problem = 'The token does not hold version 1 of the key “archive”.';
    const unlocked = await vault.cli.run(['checkpoint', 'write', vault.home]);
    expect(unlocked).toMatchObject({ code: 0 });
    expect(unlocked.stderr).toContain(problem);
    const unlock = vault.records().findLast(({ action }) => action === 'vault.unlock');
    expect(unlock?.details['findings']).toMatchObject([
      { kind: 'key-missing', problem: expect.stringContaining(problem) as string },
    ]);
  });

  it('a rotation killed before its commit leaves an orphan, which is removed after a typed confirmation', async () => {
    const file = writeFile(join(vault.home, 'plain', 'a.txt'), 'a');
    await batchDone(vault.cli, ['encrypt', '--key', 'archive', file]);
    const killed = await vault.cli.run(['key', 'rotate', 'archive'], {
      env: {
        NODE_OPTIONS: `--import=${SPY}`,
        CLAVIGER_STEP_LOG: join(vault.home, 'steps'),
        CLAVIGER_HALT_AT: 'key after 1',
        CLAVIGER_HALT_SIGNAL: 'SIGKILL',
      },
    });
    expect(killed.code).toBe(3);
    expect(stranger('list')).toContain(labelOf(2));

    const { findings } = await found(1);
    expect(findings).toMatchObject([{ kind: 'orphaned', role: 'key', label: labelOf(2) }]);
    for (const args of [[], ['--confirm', 'remove'], ['--confirm', 'remove 2']]) {
      const refused = await reconcile(['--remove-orphans', '--json', ...args]);
      expect(refused.code).toBe(2);
      expect(documentOf('error', refused).error.next).toContain('remove 1');
    }
    expect(stranger('list')).toContain(labelOf(2));

    const done = await found(0, '--remove-orphans', '--confirm', 'remove 1');
    expect(done).toMatchObject({ findings: [], removed: [{ label: labelOf(2) }] });
    expect(stranger('list')).not.toContain(labelOf(2));
    expect(vault.records().filter(({ action }) => action === 'token.remove')).toMatchObject([
      { outcome: 'ok', subject: { label: labelOf(2) }, details: { found: 'orphaned' } },
    ]);
    expect(await found(0)).toMatchObject({ findings: [] });
    await batchDone(vault.cli, ['decrypt', '--out', join(vault.home, 'out'), `${file}.clv`]);
    await vault.expectSound();
  });

  it('a key that another program renamed, or copied under another name, is altered', async () => {
    const ways = stranger('rename', labelOf(), 'borrowed').filter((line) => line.startsWith('by '));
    if (token === 'SoftHSM2') {
      // NSS refuses changes to objects that must not be modified or copied.
      expect(ways).toEqual([]);
      expect((await found(0)).findings).toEqual([]);
      return;
    }
    expect(ways).toEqual(['by copying']);
    const { findings, removed } = await found(1, '--remove-orphans');
    expect(findings).toMatchObject([
      { kind: 'altered', label: 'borrowed', key: { name: 'archive' } },
    ]);
    expect(findings[0]?.detail).toContain(labelOf());
    expect(removed).toEqual([]);
  });

  it('counts objects of others and leaves them alone', async () => {
    const others = [`claviger/${'0'.repeat(32)}/key/${id}/1`, 'mail', 'claviger'];
    for (const label of others) stranger('create', label);
    const document = await found(0, '--remove-orphans');
    expect(document).toMatchObject({ findings: [], otherVaults: 1, others: 2 });
    expect(stranger('list')).toEqual(expect.arrayContaining(others));
    // Two that have the vault's name, one of them of a kind that the vault never creates.
    for (const role of [`key/${id}/9`, 'whatever'])
      stranger('create', `claviger/${vaultId()}/${role}`);
    const mine = await found(1);
    expect(mine.findings.map(({ kind, role }) => `${kind} ${role}`).sort()).toEqual([
      'orphaned key',
      'orphaned unknown',
    ]);
    const done = await found(0, '--remove-orphans', '--confirm', 'remove 2');
    expect(done.removed).toHaveLength(2);
    expect(stranger('list')).toEqual(expect.arrayContaining(others));
  });

  it('the object of a destroyed key is removed after a typed confirmation, also under another name', async () => {
    const args = ['key', 'destroy', 'archive', '--reason', 'not-needed', '--confirm', 'archive'];
    const destroyed = await vault.cli.run([...args, '--unused']);
    expect(destroyed, destroyed.stderr).toMatchObject({ code: 0 });
    const removal = vault.records().findLast(({ action }) => action === 'key.remove-object');
    stranger('create', 'restored from a backup', String(removal?.details['objectId']));

    const { findings } = await found(1);
    expect(findings).toMatchObject([{ kind: 'left', key: { name: 'archive', version: 1 } }]);
    const done = await found(0, '--remove-orphans', '--confirm', 'remove 1');
    expect(done.removed).toMatchObject([{ kind: 'left', label: 'restored from a backup' }]);
    expect(stranger('list')).not.toContain('restored from a backup');
  });

  // The evaluation token is in the folder and would be restored with it.
  it.runIf(token !== 'SoftHSM2')(
    'keeps a key that was created after the copy of the vault that was accepted',
    async () => {
      const copy = `${vault.dir}-copy`;
      cpSync(vault.dir, copy, { recursive: true });
      const later = await vault.createKey('later', 'resident', 'host');
      rmSync(vault.dir, { recursive: true });
      renameSync(copy, vault.dir);
      const accepted = await vault.cli.run(['recover', '--accept', 'the disk was lost']);
      expect(accepted, accepted.stderr).toMatchObject({ code: 0 });

      const { findings, removed } = await found(1, '--remove-orphans');
      expect(findings).toMatchObject([{ kind: 'orphaned', label: labelOf(1, later.id) }]);
      expect(findings[0]?.next).toContain('files may need it');
      expect(removed).toEqual([]);
      expect(stranger('list')).toContain(labelOf(1, later.id));
    },
  );

  it('asks at a terminal before it removes anything', async () => {
    stranger('create', labelOf(7));
    const typing = (answer: string): CliOptions => ({
      through: [process.execPath, TYPING, '1', answer],
    });
    const refused = await reconcile(['--remove-orphans'], typing('yes'));
    expect(refused.stdout).toContain('type "remove 1"');
    expect(refused.code).toBe(2);
    expect(stranger('list')).toContain(labelOf(7));
    expect(await reconcile(['--remove-orphans'], typing('remove 1'))).toMatchObject({ code: 0 });
    expect(stranger('list')).not.toContain(labelOf(7));
  });
});
