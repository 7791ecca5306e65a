import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustodyPair } from '../../shared/keys.ts';
import { batchDone, refusalOf } from '../support/batches.ts';
import { filesIn, partsIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, type TokenName, tokenNames } from '../support/vaults.ts';

const SPY = fileURLToPath(new URL('../support/failing-disk.mjs', import.meta.url));

interface Shown {
  readonly key: { readonly id: string; readonly version: number; readonly state: string };
  readonly versions: {
    readonly version: number;
    readonly state: string;
    readonly refused: { readonly times: number } | null;
  }[];
}

const show = async ({ cli }: TestVault, name: string): Promise<Shown> => {
  const { stdout } = await cli.run(['key', 'show', name, '--json']);
  return JSON.parse(stdout) as Shown;
};

const change = async ({ cli }: TestVault, act: string, name: string): Promise<void> => {
  const result = await cli.run(['key', act, name, '--reason', 'scheduled', '--json']);
  expect(result, result.stderr).toMatchObject({ code: 0 });
};

/** Each pair on one of the tokens; rewrap.test.ts rotates all pairs on both. */
const rotating: Readonly<Record<TokenName, readonly CustodyPair[]>> = {
  SoftHSM2: [
    { custody: 'hsm-only', bulk: 'token' },
    { custody: 'resident', bulk: 'host' },
    { custody: 'hsm-only', bulk: 'host' },
  ],
  'NSS softokn': [
    { custody: 'resident', bulk: 'token' },
    { custody: 'hsm-wrapped', bulk: 'host' },
  ],
};

describe.each(tokenNames)('with %s', (token) => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await makeVault(token);
  });
  afterAll(() => vault.remove());

  it.each(rotating[token])(
    'a $custody/$bulk key rotates, and old files can be decrypted',
    async (pair) => {
      const name = `${pair.custody}/${pair.bulk}`;
      const folder = join(vault.home, pair.custody, pair.bulk);
      await vault.createKey(name, pair.custody, pair.bulk);
      const old = writeFile(join(folder, 'old.txt'), 'old');
      const fresh = writeFile(join(folder, 'new.txt'), 'new');
      await batchDone(vault.cli, ['encrypt', '--key', name, old]);
      const rotated = await vault.cli.run(['key', 'rotate', name]);
      expect(rotated, rotated.stderr).toMatchObject({ code: 0 });
      const [sealed] = await batchDone(vault.cli, ['encrypt', '--key', name, fresh]);
      expect(sealed?.version).toBe(2);
      const { versions } = await show(vault, name);
      expect(versions.map(({ version, state }) => [version, state])).toEqual([
        [2, 'active'],
        [1, 'deactivated'],
      ]);
      const out = join(folder, 'out');
      await batchDone(vault.cli, ['decrypt', '--out', out, `${old}.clv`, `${fresh}.clv`]);
      expect(filesIn(out).map((file) => readFileSync(file, 'utf8'))).toEqual(['new', 'old']);
      await vault.expectSound();
    },
  );
});

describe('the states of a key', () => {
  let vault: TestVault;
  let plain = '';
  beforeAll(async () => {
    vault = await makeVault();
    plain = writeFile(join(vault.home, 'a.txt'), 'a');
  });
  afterAll(() => vault.remove());

  it('suspended, it neither encrypts nor decrypts; resumed, it does both', async () => {
    await vault.createKey('paused', 'hsm-wrapped', 'host');
    const out = join(vault.home, 'paused');
    const encrypt = ['encrypt', '--key', 'paused', '--out', out, plain];
    await batchDone(vault.cli, encrypt);
    await change(vault, 'suspend', 'paused');
    const refused = await vault.cli.run(encrypt);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('The key "paused" is suspended: it cannot encrypt.');
    const decrypt = ['decrypt', '--out', `${out}-opened`, join(out, 'a.txt.clv')];
    expect(await refusalOf(vault.cli, decrypt)).toMatchObject({ exit: 1, code: 'key-state' });
    await change(vault, 'resume', 'paused');
    await batchDone(vault.cli, encrypt);
    await batchDone(vault.cli, decrypt);
  });

  it.each(['deactivate', 'compromise'])('after %s it decrypts only', async (act) => {
    await vault.createKey(act, 'hsm-only', 'host');
    const out = join(vault.home, act);
    const encrypt = ['encrypt', '--key', act, '--out', out, plain];
    await batchDone(vault.cli, encrypt);
    await change(vault, act, act);
    expect(await vault.cli.run(encrypt)).toMatchObject({ code: 2 });
    await batchDone(vault.cli, ['decrypt', '--out', `${out}-opened`, join(out, 'a.txt.clv')]);
    const record = vault.records().findLast(({ action }) => action === `key.${act}`);
    expect(record?.details).toMatchObject({ before: 'active', reason: 'scheduled' });
  });

  it('suspended after a crash, it refuses the remaining files', async () => {
    await vault.createKey('late', 'hsm-only', 'host');
    const folder = join(vault.home, 'late');
    for (let n = 0; n < 5; n++) writeFile(join(folder, `${n}.txt`), String(n));
    const out = join(vault.home, 'late-out');
    const env = { NODE_OPTIONS: `--import=${SPY}`, CLAVIGER_DISK_FAULT: 'end' };
    const args = ['encrypt', '--key', 'late', '--out', out, folder];
    expect(await vault.cli.run(args, { env })).toMatchObject({ signal: 'SIGKILL' });
    await change(vault, 'suspend', 'late');
    const resumed = await vault.cli.run(['resume', '--json']);
    expect(resumed.code).toBe(1);
    expect(resumed.stdout.match(/"code": ?"key-state"/g)).toHaveLength(5);
    expect(filesIn(out)).toEqual([]);
    expect(partsIn(out)).toEqual([]);
    const failed = vault.records().filter(({ action, code }) => action === 'file.encrypt' && code);
    expect(failed.map(({ code }) => code)).toEqual(Array(5).fill('key-state'));
    await change(vault, 'resume', 'late');
    expect(await vault.cli.run(['retry'])).toMatchObject({ code: 0 });
    expect(filesIn(out)).toHaveLength(5);
    await vault.expectSound();
  });

  it('counts each refused use of a suspended version, and shows it before a destruction', async () => {
    await vault.createKey('wanted', 'hsm-only', 'host');
    await vault.createKey('also wanted', 'hsm-only', 'host');
    await vault.createKey('own', 'hsm-only', 'host');
    const out = join(vault.home, 'wanted');
    const both = ['--key', 'wanted', '--key', 'also wanted'];
    await batchDone(vault.cli, ['encrypt', ...both, '--out', out, plain]);
    const sealed = join(out, 'a.txt.clv');
    expect((await show(vault, 'wanted')).versions[0]?.refused).toBeNull();
    for (const name of ['wanted', 'also wanted']) await change(vault, 'suspend', name);
    await refusalOf(vault.cli, ['decrypt', '--out', `${out}-opened`, sealed]);
    const file = vault.records().findLast(({ action }) => action === 'file.decrypt');
    const { id } = (await show(vault, 'wanted')).key;
    const other = (await show(vault, 'also wanted')).key.id;
    expect(file).toMatchObject({ outcome: 'refused', subject: { key: id, version: 1 } });
    expect(file?.details['keys']).toEqual([id, other].map((key) => ({ key, version: 1 })));
    // Named files that the plan refuses, and whole batches, count too.
    await refusalOf(vault.cli, ['rewrap', sealed]);
    const env = { CLAVIGER_PIN: undefined };
    for (const args of [
      ['encrypt', '--key', 'wanted', plain],
      ['rewrap', '--to', 'wanted', sealed],
    ])
      expect(await vault.cli.run(args, { env })).toMatchObject({ code: 2 });
    expect(vault.records().at(-1)).toMatchObject({ action: 'batch.refuse', outcome: 'refused' });
    const [version] = (await show(vault, 'wanted')).versions;
    expect(version?.refused?.times).toBe(4);
    expect((await show(vault, 'also wanted')).versions[0]?.refused?.times).toBe(1);
    expect((await show(vault, 'own')).versions[0]?.refused).toBeNull();
    const destroy = ['key', 'destroy', 'wanted', '--reason', 'other', '--confirm', 'wanted'];
    const { stderr } = await vault.cli.run(destroy);
    expect(stderr).toContain('4 uses were refused, the last one at ');
    await vault.expectSound();
  });

  it('an action in the wrong state is refused, and that is recorded', async () => {
    await vault.createKey('awake', 'hsm-only', 'host');
    const refused = await vault.cli.run(['key', 'resume', 'awake', '--reason', 'other']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain(
      'Version 1 of the key "awake" is active: it cannot be resumed',
    );
    const record = vault.records().findLast(({ action }) => action === 'key.resume');
    expect(record).toMatchObject({ outcome: 'refused', code: 'key-state' });
    expect((await show(vault, 'awake')).key.state).toBe('active');
  });

  it.each([
    ['an unknown key', ['suspend', 'nobody', '--reason', 'other'], 'has no key "nobody"'],
    ['an unknown version', ['suspend', 'k', '--version', '9', '--reason', 'other'], 'no version 9'],
    ['no version', ['suspend', 'k', '--version', '0', '--reason', 'other'], 'is no version'],
    ['no reason', ['suspend', 'k'], '--reason'],
    [
      'a long note',
      ['suspend', 'k', '--reason', 'other', '--note', 'x'.repeat(1_001)],
      'The note is longer',
    ],
    ['an unknown reason', ['suspend', 'k', '--reason', 'why not'], '--reason'],
    ['an unknown key to rotate', ['rotate', 'nobody'], 'has no key "nobody"'],
    [
      'a time in the future',
      ['compromise', 'k', '--reason', 'disclosed', '--since', '2999-01-01'],
      'is in the future',
    ],
    [
      'no time',
      ['compromise', 'k', '--reason', 'disclosed', '--since', '2026-02-30'],
      '2026-02-30',
    ],
  ])('refuses %s before the PIN, and changes nothing', async (_what, args, words) => {
    if (!vault.records().some(({ subject }) => subject['name'] === 'k'))
      await vault.createKey('k', 'hsm-only', 'host');
    const before = vault.records().length;
    const env = { CLAVIGER_PIN: undefined };
    const refused = await vault.cli.run(['key', ...args], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(words);
    expect(refused.stderr).not.toMatch(/PIN|^\s+at /m);
    expect(vault.records()).toHaveLength(before);
  });
});
