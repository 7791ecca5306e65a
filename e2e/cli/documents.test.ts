import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actions } from '../../shared/actions.ts';
import { custodyPairs } from '../../shared/keys.ts';
import { batch, batchDone } from '../support/batches.ts';
import { documentOf, type KeyDocument } from '../support/documents.ts';
import { seeded } from '../support/seeded.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

/** Every document is parsed by a schema that allows exactly the documented fields. */
let vault: TestVault;
const keys: KeyDocument[] = [];
let sealed: string;

beforeAll(async () => {
  vault = await makeVault();
  for (const { custody, bulk } of custodyPairs) {
    keys.push(await vault.createKey(`${custody}/${bulk}`, custody, bulk));
  }
  const file = writeFile(join(vault.home, 'files', 'a file.bin'), seeded(18).bytes(300_000));
  const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'hsm-only/host', file]);
  sealed = receipt?.output ?? '';
});

afterAll(() => vault.remove());

describe('the document of', () => {
  it('key list has each key with its KCV, or null if it is resident', async () => {
    const document = documentOf('keys', await vault.cli.run(['key', 'list', '--json']));
    const byName = (a: KeyDocument, b: KeyDocument): number => (a.name < b.name ? -1 : 1);
    expect(document.keys).toMatchObject(keys.toSorted(byName));
    expect(document.keys).toHaveLength(keys.length);
    for (const { custody, kcv, state, version, versions, rotation } of document.keys) {
      expect(kcv === null).toBe(custody === 'resident');
      expect({ state, version, rotation }).toEqual({ state: 'active', version: 1, rotation: null });
      expect(versions).toMatchObject([{ version: 1, state: 'active', kcv, destroys: null }]);
    }
  });

  it('a batch has key, version, plaintext bytes and the SHA-256 of the encrypted file', async () => {
    const [verified] = await batchDone(vault.cli, ['verify', sealed]);
    const [sum] = execFileSync('sha256sum', [sealed], { encoding: 'utf8' })
      .split(/[ \\]/)
      .filter((word) => word !== '');
    const key = keys.find(({ name }) => name === 'hsm-only/host');
    expect(verified).toEqual({
      input: sealed,
      output: null,
      outcome: 'done',
      bytes: 300_000,
      digest: { algorithm: 'sha256', hex: sum },
      key: key?.id,
      version: 1,
      proved: [{ key: key?.id, version: 1 }],
    });
    const [opened] = await batchDone(vault.cli, ['decrypt', sealed]);
    expect(opened).toMatchObject({
      digest: { hex: sum },
      bytes: 300_000,
      key: key?.id,
      version: 1,
    });
  });

  it('a batch without files is a complete document, too', async () => {
    const call = await batch(vault.cli, ['verify', join(vault.home, 'nowhere')]);
    expect(call).toMatchObject({ code: 1, kind: 'verify', interrupted: null });
    expect(call.batch).toMatch(/^[0-9a-f]{32}$/);
    expect(call.files).toMatchObject([{ outcome: 'failed', reason: { code: 'not-found' } }]);
  });

  it('inspect needs neither vault nor PIN', async () => {
    const env = { CLAVIGER_VAULT: undefined, CLAVIGER_PIN: undefined };
    const document = documentOf(
      'inspection',
      await vault.cli.run(['inspect', '--json', sealed], { env }),
    );
    expect(document).toMatchObject({
      size: 300_000,
      segments: 2,
      segment: 262_144,
      headerArea: 1_024,
    });
    expect(document.slots).toMatchObject([{ wrap: 'A256GCMKW', version: 1 }]);
    expect(document.length).toBe(1_024 + 256 + 28 + 300_000 + 2 * 28);
  });

  it('audit list is newest first and filters by key, action, outcome, time and number', async () => {
    const list = async (...args: string[]): Promise<ReturnType<typeof recordsOf>> =>
      recordsOf(await vault.cli.run(['audit', 'list', '--json', ...args]));
    const recordsOf = (
      result: Parameters<typeof documentOf>[1],
    ): ReturnType<TestVault['records']> => documentOf('records', result).records;

    const all = await list('--limit', '100000');
    expect(all.map(({ seq }) => seq)).toEqual([...all.keys()].map((index) => all.length - index));
    const created = await list('--action', 'key.create');
    expect(created.map(({ subject }) => subject['name'])).toEqual(
      keys.map(({ name }) => name).reverse(),
    );
    const ofKey = await list('--key', 'hsm-only/host', '--action', 'file.encrypt');
    expect(ofKey).toHaveLength(1);
    expect(ofKey[0]).toMatchObject({
      outcome: 'ok',
      actor: { token: { serial: expect.any(String) as string } },
    });
    await vault.cli.run(['verify', sealed], { env: { CLAVIGER_PIN: 'wrong' } });
    expect(await list('--outcome', 'refused')).toMatchObject([
      { action: 'token.login', code: 'pin-incorrect' },
    ]);
    expect(await list('--limit', '3')).toHaveLength(3);
    expect(await list('--since', '2999-01-01')).toEqual([]);
    expect(await list('--until', '2000-01-01')).toEqual([]);
    const viewed = await list('--action', 'audit.view');
    expect(viewed.length).toBeGreaterThan(6);
    const table = await vault.cli.run(['audit', 'list', '--action', 'file.encrypt']);
    expect(table.stdout).toMatch(/ {2}Encrypt file {2,}ok /);
    expect(table.stdout).not.toContain('file.encrypt');
    const help = await vault.cli.run(['audit', 'list', '--help']);
    for (const action of actions) expect(help.stdout).toContain(action);
  });

  it('audit verify has the size and root of the file', async () => {
    const verdict = documentOf('verdict', await vault.cli.run(['audit', 'verify', '--json']));
    expect(verdict.verified).toBe(true);
    expect(verdict.size).toBe(vault.records().length - 1);
  });

  it.each([
    [['key', 'show', 'no such key'], 2, 'key-not-found'],
    [['encrypt', '--key', 'no such key', 'x'], 2, 'key-not-found'],
    [['encrypt', '--key', 'hsm-only/host'], 2, 'usage'],
    [['audit', 'list', '--limit', 'many'], 2, 'usage'],
    [['inspect', '/nowhere'], 1, 'not-found'],
  ])('a refusal is one document on standard output: %j', async (args, exit, code) => {
    const result = await vault.cli.run([...args, '--json']);
    expect(result.code).toBe(exit);
    expect(documentOf('error', result).error.code).toBe(code);
  });
});

it('text for people never passes control characters of file names to the terminal', async () => {
  const file = writeFile(join(vault.home, 'nasty', '\u001b]0;owned\u0007\u202egnp.exe'), 'x');
  const result = await vault.cli.run(['encrypt', '--key', 'hsm-only/host', file]);
  const inspected = await vault.cli.run(['inspect', file]);
  for (const text of [result.stdout, result.stderr, inspected.stdout, inspected.stderr]) {
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  }
});
