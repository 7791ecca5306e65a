import { chmodSync, cpSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone, refusalOf } from '../support/batches.ts';
import type { Claviger } from '../support/cli.ts';
import { readClv } from '../support/clv.ts';
import { areaOf, damaged, flipBit } from '../support/damage.ts';
import type { KeyDocument } from '../support/documents.ts';
import { filesIn, partsIn, sha256Of, snapshotOf, writeFile } from '../support/trees.ts';
import { clavigerOf, makeVault, type TestVault } from '../support/vaults.ts';

const STEPS = fileURLToPath(new URL('../support/replacing-steps.mjs', import.meta.url));

let vault: TestVault;
/** The same vault on another computer, without keys that were created later. */
let earlier: Claviger;
const keys = new Map<string, KeyDocument>();
let count = 0;

const create = async (name: string, bulk: 'host' | 'token' = 'host'): Promise<void> => {
  keys.set(name, await vault.createKey(name, 'hsm-only', bulk));
};

beforeAll(async () => {
  vault = await makeVault();
  await create('a');
  const elsewhere = join(vault.home, 'elsewhere', 'vault');
  cpSync(vault.dir, elsewhere, { recursive: true });
  earlier = clavigerOf(elsewhere);
  for (const name of ['b', 'c']) await create(name);
  await create('t', 'token');
});
afterAll(() => vault.remove());

/** Creates and encrypts a new file. @returns the encrypted file */
const encrypted = async (...names: readonly string[]): Promise<string> => {
  const file = writeFile(join(vault.home, `files-${count++}`, 'a.txt'), 'some text');
  const under = names.flatMap((name) => ['--key', name]);
  const [receipt] = await batchDone(vault.cli, ['encrypt', ...under, file]);
  return receipt?.output ?? '';
};

const slotsOf = (file: string): string[] =>
  readClv(file).slots.map(({ key, version }) => {
    const [name] = [...keys].find(([, { id }]) => id === key) ?? [];
    return `${name ?? key} ${version}`;
  });

const act = async (...args: readonly string[]): Promise<void> => {
  const result = await vault.cli.run(['key', ...args]);
  expect(result, result.stderr).toMatchObject({ code: 0 });
};

/** A new version that the vault does not know. */
const rotateThere = async (): Promise<void> => {
  expect(await earlier.run(['key', 'rotate', 'a'])).toMatchObject({ code: 0 });
};

/** It is refused, and nothing is changed. */
const expectRefused = async (
  cli: Claviger,
  args: readonly string[],
  file: string,
  expected: { readonly code: string; readonly cause: string },
): Promise<void> => {
  const before = snapshotOf(join(file, '..'));
  const { exit, outcome, code, cause } = await refusalOf(cli, [...args, file]);
  expect({ exit, outcome, code }).toEqual({ exit: 1, outcome: 'failed', code: expected.code });
  expect(cause).toContain(expected.cause);
  expect(snapshotOf(join(file, '..'))).toEqual(before);
  expect(partsIn(vault.home)).toEqual([]);
};

describe('the slots of a file', () => {
  it('can be added, removed and replaced by those of another key', async () => {
    const file = await encrypted('a');
    await batchDone(vault.cli, ['rewrap', '--add', 'b', file]);
    expect(slotsOf(file)).toEqual(['a 1', 'b 1']);
    await batchDone(vault.cli, ['rewrap', '--remove', 'a', file]);
    expect(slotsOf(file)).toEqual(['b 1']);
    await batchDone(vault.cli, ['rewrap', '--to', 'c', '--add', 'a', file]);
    expect(slotsOf(file)).toEqual(['c 1', 'a 1']);
    await batchDone(vault.cli, ['rewrap', '--to', 'b', file]);
    expect(slotsOf(file)).toEqual(['b 1']);
    await batchDone(vault.cli, ['verify', file]);
  });

  it('are never all removed', async () => {
    const file = await encrypted('a');
    const last = { code: 'usage', cause: 'no key of this vault would open this file' };
    await expectRefused(vault.cli, ['rewrap', '--remove', 'a'], file, last);
    await expectRefused(vault.cli, ['reencrypt', '--remove', 'a'], file, last);
    const both = await encrypted('a', 'b');
    const lastHere = ['rewrap', '--remove', 'a'];
    await expectRefused(earlier, lastHere, both, last);
  });

  it('of other vaults’ keys stay as they are', async () => {
    const file = await encrypted('b', 'a');
    const [foreign] = readClv(file).slots;
    await rotateThere();
    await batchDone(earlier, ['rewrap', file]);
    expect(readClv(file).slots[0]).toEqual(foreign);
    expect(slotsOf(file)).toEqual(['b 1', expect.stringMatching(/^a [2-9]$/)]);
    await batchDone(vault.cli, ['verify', file]);
  });

  it('of other vaults’ keys are lost in a re-encryption only where that is asked for', async () => {
    const file = await encrypted('b', 'a');
    const cause = 'A key of another vault can decrypt this file too';
    await expectRefused(earlier, ['reencrypt'], file, { code: 'usage', cause });
    await batchDone(earlier, ['reencrypt', '--drop-other-keys', file]);
    expect(slotsOf(file)).toEqual([expect.stringMatching(/^a [1-9]$/)]);
  });

  it('must have the same bulk', async () => {
    const file = await encrypted('a');
    const cause = 'one processes data in the token, the other on the host';
    await expectRefused(vault.cli, ['rewrap', '--to', 't'], file, { code: 'mixed-bulk', cause });
    await expectRefused(vault.cli, ['rewrap', '--add', 't'], file, { code: 'mixed-bulk', cause });
    await batchDone(vault.cli, ['reencrypt', '--to', 't', file]);
    expect(slotsOf(file)).toEqual(['t 1']);
    await batchDone(vault.cli, ['verify', file]);
  });

  it('may be so many that the header grows; the data only moves', async () => {
    const file = await encrypted('a');
    const { body, fileId } = readClv(file);
    const more = Array.from({ length: 7 }, (_, n) => `more ${n}`);
    for (const name of more) await create(name);
    await batchDone(vault.cli, ['rewrap', ...more.flatMap((name) => ['--add', name]), file]);
    const now = readClv(file);
    expect(now.slots).toHaveLength(8);
    expect([now.fileId, now.body.equals(body)]).toEqual([fileId, true]);
    const [verified] = await batchDone(vault.cli, ['verify', file]);
    expect(verified?.proved).toHaveLength(8);
  });

  it.each([
    ['an unknown key', ['--to', 'nobody'], 'has no key "nobody"'],
    ['a key that is added and removed', ['--add', 'b', '--remove', 'b'], 'added and removed'],
    ['no path', null, 'No files to rewrap were given.'],
  ])('%s is refused before the PIN', async (_what, args, words) => {
    const paths = args === null ? [] : [...args, vault.home];
    const env = { CLAVIGER_PIN: undefined };
    const refused = await vault.cli.run(['rewrap', ...paths], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(words);
  });
});

describe('the states of keys', () => {
  it('a file with a compromised version is re-encrypted, not rewrapped', async () => {
    await create('leaked');
    const file = await encrypted('leaked', 'a');
    const plain = file.replace(/\.clv$/, '');
    chmodSync(plain, 0o640);
    utimesSync(plain, 1_700_000_000, 1_700_000_000);
    const [again] = await batchDone(vault.cli, [
      ...['encrypt', '--key', 'leaked', '--key', 'a', '--conflict', 'replace', plain],
    ]);
    expect(again?.output).toBe(file);
    await act('compromise', 'leaked', '--reason', 'disclosed');
    const refused = {
      code: 'key-state',
      cause: 'Version 1 of the key "leaked" is compromised: a new slot would not help',
    };
    await expectRefused(vault.cli, ['rewrap'], file, refused);
    await expectRefused(vault.cli, ['rewrap', '--remove', 'leaked'], file, refused);
    const inactive = { code: 'key-state', cause: 'is version 1, which is compromised' };
    await expectRefused(vault.cli, ['reencrypt'], file, inactive);
    await act('rotate', 'leaked');
    const old = readClv(file);
    await batchDone(vault.cli, ['reencrypt', file]);
    const now = readClv(file);
    expect(slotsOf(file)).toEqual(['leaked 2', 'a 1']);
    expect(now.fileId).not.toBe(old.fileId);
    expect(now.body.equals(old.body)).toBe(false);
    const out = join(file, '..', 'out');
    await batchDone(vault.cli, ['decrypt', '--original-names', '--out', out, file]);
    const [opened = ''] = filesIn(out);
    expect([opened, sha256Of(opened)]).toEqual([join(out, 'a.txt'), sha256Of(plain)]);
    const { mode, mtimeMs } = statSync(opened);
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_700_000_000_000]);
    expect(await batch(vault.cli, ['rewrap', file])).toMatchObject({ code: 0 });
  });

  it('files of a suspended version stay unchanged', async () => {
    await create('paused');
    const file = await encrypted('paused');
    await act('suspend', 'paused', '--reason', 'other');
    const cause = 'The newest version of the key "paused" is version 1, which is suspended';
    await expectRefused(vault.cli, ['rewrap'], file, { code: 'key-state', cause });
  });

  it('are checked again when a batch is resumed', async () => {
    await create('late');
    const file = await encrypted('late');
    await act('rotate', 'late');
    const before = sha256Of(file);
    const env = {
      NODE_OPTIONS: `--import=${STEPS}`,
      CLAVIGER_STEP_LOG: join(vault.home, 'steps'),
      CLAVIGER_KILL_AT: 'record file.rewrap after 1',
    };
    expect(await vault.cli.run(['rewrap', file], { env })).toMatchObject({ signal: 'SIGKILL' });
    await act('compromise', 'late', '--version', '1', '--reason', 'disclosed');
    const resumed = await vault.cli.run(['resume', '--json']);
    expect(resumed.code).toBe(1);
    expect(resumed.stdout).toMatch(/"code": ?"key-state"/);
    expect(sha256Of(file)).toBe(before);
    expect(partsIn(vault.home)).toEqual([]);
    const record = vault.records().findLast(({ action }) => action === 'file.rewrap');
    expect(record).toMatchObject({ outcome: 'refused', code: 'key-state' });
    await vault.expectSound();
  });
});

describe('two runs on one file', () => {
  it('an interrupted one blocks the other, with a message, until it is resumed', async () => {
    const file = await encrypted('a');
    await rotateThere();
    const env = {
      NODE_OPTIONS: `--import=${STEPS}`,
      CLAVIGER_STEP_LOG: join(vault.home, 'other-steps'),
      CLAVIGER_KILL_AT: 'record file.rewrap before 1',
    };
    const rewrap = ['rewrap', '--add', 'b'];
    expect(await vault.cli.run([...rewrap, file], { env })).toMatchObject({ signal: 'SIGKILL' });
    const [claim] = partsIn(vault.home).filter((each) => each.endsWith('.lock'));
    const { files } = await batch(earlier, ['rewrap', file]);
    expect(files).toMatchObject([{ outcome: 'failed', reason: { code: 'collision' } }]);
    expect(files[0]?.reason?.next).toContain(claim);
    expect(await vault.cli.run(['resume'])).toMatchObject({ code: 0 });
    expect(partsIn(vault.home)).toEqual([]);
    await batchDone(earlier, ['rewrap', file]);
    expect(slotsOf(file)).toEqual([expect.stringMatching(/^a [2-9]$/), 'b 1']);
  });

  it('at the same time leave one file that can be decrypted, and nothing else', async () => {
    const file = await encrypted('a', 'b');
    await rotateThere();
    const calls = [
      batch(vault.cli, ['rewrap', '--add', 'c', file]),
      batch(earlier, ['rewrap', file]),
    ];
    for (const { files } of await Promise.all(calls)) {
      const [result] = files;
      if (result?.outcome !== 'done')
        expect(['collision', 'source-changed']).toContain(result?.reason?.code);
    }
    await batchDone(vault.cli, ['verify', file]);
    expect(partsIn(vault.home)).toEqual([]);
  });
});

describe('files that cannot be rewrapped', () => {
  const cases: readonly [string, (bytes: Buffer) => Buffer, string][] = [
    ['cut', (bytes) => bytes.subarray(0, -1), 'cut-short'],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.of(0)]), 'trailing-data'],
    ['header', (bytes) => flipBit(Buffer.from(bytes), 30), 'header-damaged'],
    ['seal', (bytes) => flipBit(Buffer.from(bytes), areaOf(bytes) - 1), 'header-altered'],
    ['key', (bytes) => flipBit(Buffer.from(bytes), areaOf(bytes) - 40), 'wrong-body-key'],
    ['plain', () => Buffer.from('no encrypted file at all'), 'not-encrypted'],
    ['empty', () => Buffer.alloc(0), 'not-encrypted'],
  ];

  it.each(['rewrap', 'reencrypt'])(
    '%s: each stays unchanged, with its own reason',
    async (command) => {
      const file = await encrypted('c');
      await act('rotate', 'c');
      const bad = cases.map(([name, change]) => damaged(file, name, change));
      const before = snapshotOf(join(file, '..'));
      const { files } = await batch(vault.cli, [command, ...bad]);
      const codes = bad.map((each) => files.find(({ input }) => input === each)?.reason?.code);
      expect(codes).toEqual(cases.map(([, , code]) => code));
      expect(snapshotOf(join(file, '..'))).toEqual(before);
      expect(partsIn(vault.home)).toEqual([]);
    },
  );

  it('files of another vault are reported as such', async () => {
    const file = await encrypted('b');
    const cause = 'No key of this vault can decrypt this file.';
    await expectRefused(earlier, ['rewrap'], file, { code: 'no-key', cause });
  });
});
