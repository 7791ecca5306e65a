import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { documentOf } from '../support/documents.ts';
import { nameLibrary } from '../support/edited-keystore.ts';
import {
  type Interrupted,
  oldVaults,
  type OldVault,
  type OldVaultName,
  placeBatch,
  unpack,
} from '../support/old-vaults.ts';
import { differences, filesIn, snapshotOf, writeFile } from '../support/trees.ts';

// Vaults of the last build without sessions, moved here with their tokens.

let vault: OldVault;
let batch: Interrupted | null = null;
afterEach(() => {
  vault.remove();
  batch?.remove();
  batch = null;
});

const path = (name: string): string => join(vault.dir, name);

const expectFilesOpen = async (): Promise<void> => {
  const opened = join(vault.home, 'opened');
  await vault.done('decrypt', '--out', opened, join(vault.home, 'sealed'));
  const files = snapshotOf(join(vault.home, 'files'));
  expect(Object.keys(files)).toHaveLength(5);
  expect(differences(files, snapshotOf(join(opened, 'sealed')))).toEqual([]);
};

/** Old records and new ones are in one ledger, and an independent program can verify all of it. */
const expectProved = async (old: number): Promise<void> => {
  const verdict = documentOf('verdict', await vault.done('audit', 'verify', '--json'));
  expect(verdict).toMatchObject({ verified: true, findings: [] });
  const file = join(vault.home, 'report.json');
  const made = documentOf('report', await vault.done('report', '--out', file, '--json'));
  expect(made.statement.counts.included).toBeGreaterThan(old);
  const judged = documentOf('judgement', await vault.done('report', 'verify', file, '--json'));
  expect(judged).toMatchObject({ genuine: true });
};

/** Everything needed for the old vault was done by its first unlock. */
const expectSettled = async (): Promise<void> => {
  const before = vault.records().length;
  writeFile(join(vault.home, 'new/a.txt'), 'a');
  const args = ['encrypt', '--key', 'only-host', join(vault.home, 'new/a.txt')];
  expect((await vault.done(...args)).stderr).not.toContain('claviger:');
  const since = vault.records().slice(before);
  const [unlock] = since.filter(({ action }) => action === 'vault.unlock');
  expect(unlock?.details).toMatchObject({ unsigned: null, notAuthenticated: [], findings: [] });
  expect(unlock?.details['carried']).toBeUndefined();
  expect(since.map(({ action }) => action)).not.toContain('keystore.migrate');
};

const carried = (): unknown[] => vault.records().flatMap(({ details }) => details['carried'] ?? []);

describe.each(oldVaults.filter((name) => !name.endsWith('killed')))('%s', (name) => {
  it('is carried over without a confirmation', async () => {
    vault = unpack(name);
    const old = vault.records();
    await vault.trust();
    const { keys } = documentOf('keys', await vault.done('key', 'list', '--json'));
    expect(keys.length).toBe(name === 'softhsm2-accepted' ? 6 : 5);
    const found = documentOf('records', await vault.done('audit', 'list', '--json'));
    expect(found.records).toEqual(expect.arrayContaining(old.slice(-20)));
    await expectFilesOpen();
    expect(vault.records().slice(0, old.length)).toEqual(old);
    expect(carried()).toHaveLength(1);
    expect(carried()[0]).toBeGreaterThanOrEqual(old.length);
    await vault.done('key', 'create', 'of today');
    await expectSettled();
    await expectProved(old.length);
  });

  it('accepts no record that was written into its folder', async () => {
    vault = unpack(name);
    await vault.trust();
    const [keystore, ledger] = [readFileSync(path('keystore.sqlite')), path('ledger.jsonl')];
    await nameLibrary(vault.dir, '/nowhere/library.so');
    const forged = readFileSync(ledger);
    const refused = await vault.run('key', 'create', 'of today', '--json');
    // The line says that the token is elsewhere: then its library must be named first.
    const code = name === 'softhsm2-locked' ? 'vault-unknown' : 'unsigned-tail';
    expect(documentOf('error', refused).error.code).toBe(code);
    expect(readFileSync(ledger).subarray(0, forged.length)).toEqual(forged);
    // Nor if a person confirms a line whose keystore is missing.
    writeFileSync(path('keystore.sqlite'), keystore);
    expect((await vault.run('recover', '--carry-over')).code).toBe(4);
    expect(carried()).toEqual([]);
  });
});

describe.each(oldVaults.filter((name) => name.endsWith('killed')))('%s', (name) => {
  const open = async (which: OldVaultName): Promise<void> => {
    vault = unpack(which);
    batch = placeBatch(which);
    rmSync(path('lock'));
    await vault.trust();
  };

  const expectAsked = async (): Promise<void> => {
    const before = readFileSync(path('ledger.jsonl'));
    const refused = await vault.run('resume');
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('claviger recover --carry-over');
    expect(readFileSync(path('ledger.jsonl')).subarray(0, before.length)).toEqual(before);
    expect(carried()).toEqual([]);
  };

  it('asks once about its unsigned records, and continues its batch', async () => {
    await open(name);
    const old = vault.records();
    await expectAsked();
    const found = documentOf('records', await vault.done('audit', 'list', '--json'));
    expect(found.records).toEqual(expect.arrayContaining(old.slice(-20)));
    await vault.done('recover', '--carry-over');
    const { batches } = documentOf('resumed', await vault.done('resume', '--json'));
    expect(batches).toHaveLength(1);
    const { plain, out } = batch ?? placeBatch(name);
    expect(filesIn(out)).toHaveLength(300);
    const opened = join(vault.home, 'again');
    await vault.done('decrypt', '--out', opened, join(out, 'many'));
    expect(differences(snapshotOf(plain), snapshotOf(join(opened, 'many')))).toEqual([]);
    await expectFilesOpen();
    expect(vault.records().slice(0, old.length)).toEqual(old);
    await expectSettled();
    await expectProved(old.length);
  });

  it('is unlocked automatically on its own computer, and on another one with an option', async () => {
    await open(name);
    vault.remove();
    vault = unpack(name);
    await vault.trust();
    const refused = await vault.run('recover', '--carry-over');
    expect(refused.stderr).toContain('on workstation');
    expect(refused.stderr).toContain(path('lock'));
    // A process of this computer that has ended.
    const holder = JSON.parse(readFileSync(path('lock'), 'utf8')) as object;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const here = { ...holder, host: hostname(), boot, start: '1' };
    writeFileSync(path('lock'), JSON.stringify(here));
    await vault.done('recover', '--carry-over');
    await vault.done('key', 'create', 'of today');
  });

  it.each([
    ['a value changed', (line: string) => line.replace(/"bytes":\d+/, '"bytes":7777')],
    ['an output changed', (line: string) => line.replace('/many/', '/else/')],
    ['a line of its own', (line: string) => line.replace('"file.encrypt"', '"report.export"')],
  ])('is refused with %s in its unsigned records', async (_, edit) => {
    await open(name);
    const lines = readFileSync(path('ledger.jsonl'), 'utf8').trimEnd().split('\n');
    const edited = edit(lines.at(-1) ?? '');
    expect(edited).not.toBe(lines.at(-1));
    writeFileSync(path('ledger.jsonl'), `${[...lines.slice(0, -1), edited].join('\n')}\n`);
    await expectAsked();
  });

  it('is refused with another keystore, even if a person confirms it', async () => {
    await open(name);
    const keystore = readFileSync(path('keystore.sqlite'));
    appendFileSync(path('keystore.sqlite'), Buffer.alloc(4096));
    for (const args of [['resume'], ['recover', '--carry-over']])
      expect((await vault.run(...args)).code).toBe(4);
    expect(carried()).toEqual([]);
    writeFileSync(path('keystore.sqlite'), keystore);
    await vault.done('recover', '--carry-over');
  });

  it('is read-only if a signed record was changed', async () => {
    await open(name);
    const text = readFileSync(path('ledger.jsonl'), 'utf8');
    writeFileSync(path('ledger.jsonl'), text.replace('"name":"only-host"', '"name":"else-host"'));
    for (const args of [['resume'], ['recover', '--carry-over']]) {
      const refused = await vault.run(...args);
      expect(refused.code).toBe(4);
      expect(refused.stderr).not.toContain('carried over');
    }
    expect(carried()).toEqual([]);
  });
});
