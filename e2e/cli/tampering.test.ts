import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';
import { n } from '../../shared/numbers.ts';
import { batchDone } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

let vault: TestVault;
let intact: string;
let sealed: string;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('one', 'hsm-only', 'host');
  await vault.createKey('two', 'hsm-wrapped', 'host');
  const file = writeFile(join(vault.home, 'a.txt'), 'a');
  const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'one', file]);
  sealed = receipt?.output ?? '';
  await vault.cli.run(['key', 'list']);
  intact = join(vault.home, 'intact');
  cpSync(vault.dir, intact, { recursive: true });
});

afterAll(() => vault.remove());

/** A new copy of the vault, with a change in it. */
const changed = async (
  name: string,
  change: (dir: string) => void | Promise<void>,
): Promise<{ dir: string; env: Record<string, string> }> => {
  const dir = join(vault.home, `changed-${name.replaceAll(/\W/g, '-')}`);
  cpSync(intact, dir, { recursive: true });
  await change(dir);
  return { dir, env: { CLAVIGER_VAULT: dir } };
};

const ledgerOf = (dir: string): string => join(dir, 'ledger.jsonl');
const keystoreOf = (dir: string): string => join(dir, 'keystore.sqlite');

const sql = async (dir: string, statement: string): Promise<void> => {
  const library = await loadSqlJs();
  const database = new library.Database(readFileSync(keystoreOf(dir)));
  database.run(statement);
  expect(database.getRowsModified()).toBeGreaterThan(0);
  writeFileSync(keystoreOf(dir), database.export());
  database.close();
};

describe('a keystore that was edited offline is refused with exit code 4', () => {
  it.each<readonly [string, (dir: string) => void | Promise<void>]>([
    ['a key made active', (dir) => sql(dir, "UPDATE key_versions SET state = 'deactivated'")],
    ['a bulk relabelled', (dir) => sql(dir, "UPDATE keys SET bulk = 'token' WHERE name = 'one'")],
    [
      'a custody relabelled',
      (dir) => sql(dir, "UPDATE keys SET custody = 'hsm-only' WHERE name = 'two'"),
    ],
    ['a name', (dir) => sql(dir, "UPDATE keys SET name = 'three' WHERE name = 'two'")],
    ['a counter', (dir) => sql(dir, 'UPDATE seal_counters SET reserved = 1')],
    ['a key removed', (dir) => sql(dir, 'DELETE FROM key_versions')],
    ['one bit', (dir) => flip(keystoreOf(dir), 5_000)],
    ['a text', (dir) => writeFileSync(keystoreOf(dir), 'not a database')],
    ['emptied', (dir) => truncateSync(keystoreOf(dir))],
    ['removed', (dir) => rmSync(keystoreOf(dir))],
  ])('%s', async (name, change) => {
    const { dir, env } = await changed(name, change);
    const before = snapshotOf(dir);
    const calls = [
      ['key', 'list'],
      ['key', 'create', 'x'],
      ['encrypt', '--key', 'one', sealed],
      ['decrypt', sealed],
      ['audit', 'list'],
      ['resume'],
    ];
    for (const args of calls) {
      const result = await vault.cli.run([...args, '--json'], { env });
      expect(result.code, args.join(' ')).toBe(4);
      expect(documentOf('error', result).error.code).toMatch(/^keystore-/);
    }
    const verified = await vault.cli.run(['audit', 'verify', '--json'], { env });
    expect(verified.code).toBe(4);
    expect(documentOf('verdict', verified).verified).toBe(false);
    expect(snapshotOf(dir)).toEqual(before);
    expect(existsSync(sealed.replace(/\.clv$/, ' (2)'))).toBe(false);
  });
});

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};

const edit = (dir: string, change: (lines: string[]) => string[]): void => {
  const lines = readFileSync(ledgerOf(dir), 'utf8').split('\n').slice(0, -1);
  writeFileSync(ledgerOf(dir), `${change(lines).join('\n')}\n`);
};

describe('a ledger that was edited offline does not verify (exit code 4)', () => {
  it('names the record and the byte where a line is not a record any more', async () => {
    const { env } = await changed('a broken line', (dir) =>
      edit(dir, (lines) =>
        lines.map((line, index) => (index === 3 ? line.replace('"action"', '"acti0n"') : line)),
      ),
    );
    const offset =
      readFileSync(ledgerOf(intact), 'utf8').split('\n').slice(0, 3).join('\n').length + 1;
    const result = await vault.cli.run(['audit', 'verify', '--json'], { env });
    expect(result.code).toBe(4);
    const [finding] = documentOf('verdict', result).findings;
    expect(finding).toMatchObject({ kind: 'damage', record: 4 });
    expect(finding?.byte).toBeGreaterThanOrEqual(offset);
    const text = await vault.cli.run(['audit', 'verify'], { env });
    expect(text.stdout).toContain('LEDGER VERIFICATION FAILED');
    expect(text.stdout).toContain(`record 4, byte ${n(finding?.byte ?? 0)}`);
  });

  it.each<readonly [string, (lines: string[]) => string[]]>([
    ['a line removed', (lines) => lines.toSpliced(5, 1)],
    ['two lines swapped', (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? '')],
    ['a line twice', (lines) => lines.toSpliced(5, 0, lines[4] ?? '')],
    ['the end cut off with its keystore', (lines) => lines.slice(0, 4)],
    ['everything removed', () => []],
    ['a blank more', (lines) => lines.map((line) => line.replace('{"seq"', '{ "seq"'))],
  ])('%s', async (name, change) => {
    const { env } = await changed(name, (dir) => edit(dir, change));
    const result = await vault.cli.run(['audit', 'verify', '--json'], { env });
    expect(result.code).toBe(4);
    const { verified, findings } = documentOf('verdict', result);
    expect(verified).toBe(false);
    expect(findings.length).toBeGreaterThan(0);
    const opened = await vault.cli.run(['encrypt', '--key', 'one', '--json', sealed], { env });
    if (name !== 'a blank more') expect(opened.code).toBe(4);
  });

  it('an incomplete last line, as after a crash, is set aside: it is neither lost nor trusted', async () => {
    const { dir, env } = await changed('torn', (each) => appendFileSync(ledgerOf(each), '{"seq":'));
    const before = documentOf(
      'verdict',
      await vault.cli.run(['audit', 'verify', '--json'], { env }),
    );
    expect(before).toMatchObject({ verified: true, findings: [{ kind: 'notice' }] });
    const listed = await vault.cli.run(['key', 'list', '--json'], { env });
    expect(listed, listed.stderr).toMatchObject({ code: 0 });
    expect(snapshotOf(dir)).toHaveProperty([
      Object.keys(snapshotOf(dir)).find((each) => each.startsWith('ledger.torn')) ?? 'ledger.torn',
    ]);
  });
});
