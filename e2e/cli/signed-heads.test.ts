import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import type { CliResult } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import {
  makeVault,
  modulePathOf,
  PIN,
  stateOf,
  usualTokens,
  type TestVault,
} from '../support/vaults.ts';

const tool = fileURLToPath(new URL('../support/anchor-tool.mjs', import.meta.url));

/** Changes the anchors in the token with another program. @returns the notes afterwards */
const anchors = (
  vault: TestVault,
  { remove = false, add = [] }: { remove?: boolean; add?: readonly string[] } = {},
): string[] => {
  const isNss = vault.token === 'NSS softokn';
  const input = {
    module: modulePathOf(vault.token),
    parameters: isNss ? nssParameters(vault.tokenDir) : null,
    label: isNss ? 'NSS Certificate DB' : 'claviger-eval-',
    pin: PIN,
    kind: isNss ? 'label' : 'data-object',
    vault: vault.records()[0]?.subject['vault'],
    ...{ remove, add },
  };
  const env = { ...process.env, SOFTHSM2_CONF: join(vault.dir, 'softhsm2.conf') };
  const said = execFileSync(process.execPath, [tool], { input: JSON.stringify(input), env });
  return JSON.parse(said.toString()) as string[];
};

/** Saves folder, token and what this computer knows. @returns a function that restores them */
const keep = (vault: TestVault, name: string): (() => void) => {
  const places = [vault.dir, vault.tokenDir, stateOf(vault.dir)];
  const copies = places.map((_, at) => join(vault.home, `${name} ${at}`));
  places.forEach((place, at) => cpSync(place, copies[at] ?? '', { recursive: true }));
  return () => {
    for (const place of places) rmSync(place, { recursive: true, force: true });
    places.forEach((place, at) => cpSync(copies[at] ?? '', place, { recursive: true }));
  };
};

const create = (vault: TestVault, name: string): Promise<CliResult> =>
  vault.cli.run([
    ...['key', 'create', name, '--custody', 'hsm-wrapped', '--bulk', 'host', '--json'],
  ]);

const newestNote = (vault: TestVault): string =>
  readFileSync(join(vault.dir, 'checkpoint'), 'utf8');
const sizeOf = (note: string): number => Number(note.split('\n')[1]);

/** Like the note of a longer ledger, but not signed. */
const forged = (note: string): string => note.replace(/\n\d+\n/, `\n${sizeOf(note) + 1_000}\n`);

/** What the last unlock found, from the ledger. */
const found = (vault: TestVault, action: string): unknown =>
  vault.records().findLast((record) => record.action === action)?.details['findings'];

/** The vault is read-only: reported with the right code, and recorded last. */
const expectRefused = async (vault: TestVault, kind: string, problem: string): Promise<void> => {
  const refused = await create(vault, 'No');
  expect(refused.code, refused.stderr).toBe(4);
  const { error } = documentOf('error', refused);
  expect(error.code).toBe('rolled-back');
  expect(error.cause).toContain('This vault differs from its last signed state.');
  expect(error.cause).toContain(problem);
  expect(refused.stderr).toContain(problem);
  expect(vault.records().at(-1)?.action).toBe('vault.rollback');
  expect(found(vault, 'vault.rollback')).toContainEqual({ kind, problem });
  const ledger = readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8');
  expect((await vault.cli.run(['report', '--out', join(vault.home, 'no.json')])).code).toBe(4);
  expect((await vault.cli.run(['key', 'list'])).code).toBe(0);
  expect(readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8')).toBe(ledger);
};

describe.each(usualTokens)('with %s, an unlock', (token) => {
  let vault: TestVault;

  beforeEach(async () => {
    vault = await makeVault(token);
    await vault.createKey('First', 'hsm-wrapped', 'host');
    await vault.createKey('Second', 'hsm-wrapped', 'host');
  });
  afterEach(() => vault.remove());

  it('finds a forked ledger: two signed heads of the same size', async () => {
    const back = keep(vault, 'base');
    await vault.createKey('Left', 'hsm-wrapped', 'host');
    const left = newestNote(vault);
    back();
    await vault.createKey('Right', 'hsm-wrapped', 'host');
    expect(sizeOf(newestNote(vault))).toBe(sizeOf(left));
    expect(newestNote(vault)).not.toBe(left);
    expect(anchors(vault, { add: [left] })).toHaveLength(2);
    const problem =
      'The token holds two signed checkpoints for the same number of records: there are two versions of this ledger.';
    await expectRefused(vault, 'fork', problem);
  });

  it('finds that the anchor is missing', async () => {
    expect(anchors(vault)).toEqual([newestNote(vault)]);
    expect(anchors(vault, { remove: true })).toEqual([]);
    const problem = 'The checkpoint that was stored in the token is missing.';
    await expectRefused(vault, 'anchor-missing', problem);
  });

  it('reports an anchor that the vault did not sign, and does not use it', async () => {
    expect(anchors(vault, { add: [forged(newestNote(vault))] })).toHaveLength(2);
    const problem =
      "The token holds a checkpoint that this vault's key did not sign. It was not used.";
    const made = await create(vault, 'Third');
    expect(made.code, made.stderr).toBe(0);
    expect(made.stderr).toContain(problem);
    expect(found(vault, 'vault.unlock')).toEqual([{ kind: 'anchor-foreign', problem }]);
    // It stays, because it may be evidence, and is reported each time.
    expect(anchors(vault)).toHaveLength(2);
    expect(anchors(vault)).toContain(newestNote(vault));
    expect((await create(vault, 'Fourth')).stderr).toContain(problem);
    await vault.expectSound();
  });

  it('treats such an anchor alone as a missing one', async () => {
    expect(anchors(vault, { remove: true, add: [forged(newestNote(vault))] })).toHaveLength(1);
    const problem = 'The checkpoint that was stored in the token is missing.';
    await expectRefused(vault, 'anchor-missing', problem);
    expect(found(vault, 'vault.rollback')).toContainEqual(
      expect.objectContaining({ kind: 'anchor-foreign' }),
    );
  });

  it('finds an epoch that nobody signed', async () => {
    const inFolder = (name: string): boolean => !/token$|softhsm2\.conf$/.test(name);
    const old = join(vault.home, 'old');
    cpSync(vault.dir, old, { recursive: true, filter: inFolder });
    await vault.createKey('Lost', 'hsm-wrapped', 'host');
    cpSync(old, vault.dir, { recursive: true });
    expect((await create(vault, 'No')).code).toBe(4);
    const tokenBefore = join(vault.home, 'token before');
    cpSync(vault.tokenDir, tokenBefore, { recursive: true });
    const accepted = await vault.cli.run(['recover', '--accept', 'The disk was lost']);
    expect(accepted.stdout, accepted.stderr).toContain('Epoch 2 has started');
    // A ledger of that epoch with a token that does not know it, and nothing signed.
    rmSync(vault.tokenDir, { recursive: true });
    cpSync(tokenBefore, vault.tokenDir, { recursive: true });
    rmSync(join(vault.dir, 'checkpoint'));
    await expectRefused(vault, 'epoch-unsigned', 'There is no signed checkpoint of epoch 2.');
  });
});
