import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../support/documents.ts';
import { until } from '../support/processes.ts';
import { filesIn, partsIn, pathsIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, modulePathOf, type TestVault } from '../support/vaults.ts';

let vault: TestVault;
let file: string;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
  file = writeFile(join(vault.home, 'a.txt'), 'a');
});

afterAll(() => vault.remove());

/** Each unlock replaces the anchor by a new object, so only the number of objects is compared. */
const tokenObjects = (): number =>
  filesIn(join(vault.dir, 'token')).filter((each) => each.endsWith('.object')).length;

describe('wrong usage gets a message and exit code 2, without asking for the PIN', () => {
  it.each([
    [['frobnicate'], /no command "frobnicate"/],
    [['key', 'frobnicate'], /key/],
    [['encrypt', '--frobnicate', 'x'], /frobnicate/],
    [['encrypt', '--key'], /key/],
    [['encrypt', '--key', 'k'], /No files to encrypt/],
    [['encrypt', 'x'], /No key to encrypt with/],
    [['encrypt', '--key', 'k', '--conflict', 'panic', 'x'], /keep-both, replace, skip/],
    [['encrypt', '--key', 'none', 'x'], /none/],
    [['decrypt'], /No files to decrypt/],
    [['verify'], /No files to verify/],
    [['inspect'], /one file/],
    [['key', 'create'], /name/],
    [['key', 'create', 'a', 'b'], /name/],
    [['key', 'create', 'x', '--custody', 'cloud'], /resident, hsm-only, hsm-wrapped/],
    [['key', 'create', 'x', '--bulk', 'cloud'], /token, host/],
    [['key', 'create', 'k'], /already a key "k"/],
    [['key', 'create', ' k'], /not a name for a key/],
    [['key', 'create', 'x', '--custody', 'hsm-wrapped', '--bulk', 'token'], /bulk must be host/],
    [['key', 'show', 'none'], /none/],
    [['audit', 'list', '--since', 'yesterday'], /not a time/],
    [['audit', 'list', '--since', 'record 5'], /not a time/],
    [['audit', 'list', '--until', '2026-02-30'], /not a time/],
    [['report', '--out', 'r.json', '--since', '2026-11-28T12:00'], /not a time/],
    [
      ['report', '--out', 'r.json', '--since', '2026-12-01', '--until', '2026-11-30T19:00-05:00'],
      /no time between/,
    ],
    [['audit', 'list', '--outcome', 'good'], /ok, refused, failed/],
    [['init'], /--evaluation/],
    [['init', '--evaluation', '--module', 'x'], /--evaluation/],
    [['resume', '0'.repeat(32)], /no batch/i],
    [['resume', '1', '2'], /one batch/],
    // An empty variable in a script must not mean the current folder with all its files.
    [['encrypt', '--key', 'k', '--delete-originals', ''], /arguments is empty/],
    [['encrypt', '--key', 'k', '--out', '', 'x'], /--out is empty/],
    // It must not answer for another vault than the named one.
    [['audit', 'verify', '/another/vault'], /no use for "\/another\/vault"/],
    [['key', 'list', '--json', 'k'], /"error"/],
    [['key', '--json'], /"error"/],
  ])('%j', async (args, words) => {
    const before = snapshotOf(join(vault.dir, 'token'));
    const result = await vault.cli.run(args, { env: { CLAVIGER_PIN: undefined } });
    expect(result.code).toBe(2);
    expect(result.stderr + result.stdout).toMatch(words);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(snapshotOf(join(vault.dir, 'token'))).toEqual(before);
  });

  it.each([['hsm-wrapped', 'token']])(
    'a pair that does not exist: %s/%s',
    async (custody, bulk) => {
      const args = ['key', 'create', 'x', '--custody', custody, '--bulk', bulk, '--json'];
      const result = await vault.cli.run(args);
      expect(result.code).toBe(2);
      expect(documentOf('error', result).error.cause).toContain('bulk must be host');
    },
  );

  it('a key name that is in use or not allowed', async () => {
    const taken = await vault.cli.run(['key', 'create', 'k', '--json']);
    expect(taken.code).toBe(2);
    expect(documentOf('error', taken).error.code).toBe('name-taken');
    // A resident key is an object in the token: none may be left without a name.
    const before = tokenObjects();
    for (const name of ['', ' k', 'k\n', 'x'.repeat(65), '\u001b[31m', 'ab'.repeat(16)]) {
      const result = await vault.cli.run([
        'key',
        'create',
        '--json',
        '--custody',
        'resident',
        '--',
        name,
      ]);
      expect(result.code, JSON.stringify(name)).toBe(2);
      expect(documentOf('error', result).error.code).toBe('usage');
    }
    expect(tokenObjects()).toBe(before);
    const keys = documentOf('keys', await vault.cli.run(['key', 'list', '--json'])).keys;
    expect(keys.map(({ name }) => name)).toEqual(['k']);
    await vault.expectSound();
  });
});

describe('a vault', () => {
  it('has to be named', async () => {
    const result = await vault.cli.run(['key', 'list'], { env: { CLAVIGER_VAULT: undefined } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--vault DIR');
  });

  it('must exist, and looking for one creates nothing', async () => {
    const empty = join(vault.home, 'no-vault');
    mkdirSync(empty);
    for (const dir of [join(vault.home, 'nowhere'), empty, file]) {
      for (const command of [
        ['key', 'list'],
        ['audit', 'verify'],
      ]) {
        const result = await vault.cli.run([...command, '--json', '--vault', dir]);
        expect(result.code, dir).toBe(2);
        expect(documentOf('error', result).error.code).toBe('vault-not-found');
      }
    }
    // This is reported before the PIN prompt.
    const env = { CLAVIGER_PIN: undefined };
    const init = await vault.cli.run(['init', '--evaluation', '--json', '--vault', file], { env });
    expect(init.code).toBe(2);
    expect(documentOf('error', init).error.code).toBe('vault-exists');
    expect(pathsIn(empty)).toEqual([]);
  });

  it.each(['--evaluation', '--module'])(
    'is not created in a folder that is in use (%s)',
    async (how) => {
      const used = join(vault.home, `used${how}`);
      writeFile(join(used, 'something'), 'of somebody');
      const before = snapshotOf(used);
      const more =
        how === '--module' ? ['--module', modulePathOf('SoftHSM2'), '--token', 'x'] : [how];
      const result = await vault.cli.run(['init', ...more, '--json', '--vault', used]);
      expect(result.code).toBe(2);
      expect(documentOf('error', result).error.code).toBe('vault-exists');
      expect(snapshotOf(used)).toEqual(before);
      const own = snapshotOf(vault.dir);
      const again = await vault.cli.run(['init', '--evaluation', '--json']);
      expect(documentOf('error', again).error.code).toBe('vault-exists');
      expect(snapshotOf(vault.dir)).toEqual(own);
      await vault.expectSound();
    },
  );

  it('is created by only one of several programs in one folder', async () => {
    const env = { CLAVIGER_VAULT: join(vault.home, 'wanted') };
    const all = [1, 2, 3].map(() => vault.cli.run(['init', '--evaluation', '--json'], { env }));
    const codes = (await Promise.all(all)).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 2, 2]);
    const key = await vault.cli.run(['key', 'create', 'k'], { env });
    expect(key, key.stderr).toMatchObject({ code: 0 });
  });

  it('is not created with a missing library or token', async () => {
    const dir = join(vault.home, 'not-made');
    for (const [module, code] of [
      ['/nowhere/lib.so', 'module-not-found'],
      [file, 'module-unusable'],
      [modulePathOf('SoftHSM2'), 'token-not-found'],
    ] as const) {
      const args = ['init', '--module', module, '--token', 'none', '--vault', dir, '--json'];
      const env = { SOFTHSM2_CONF: join(vault.dir, 'softhsm2.conf') };
      const result = await vault.cli.run(args, { env });
      expect(result.code).toBe(3);
      expect(documentOf('error', result).error.code).toBe(code);
      expect(pathsIn(dir)).toEqual([]);
    }
  });

  it('serves one program at a time', async () => {
    const large = writeFile(join(vault.home, 'busy', 'large.bin'), Buffer.alloc(16 * 1024 * 1024));
    const running = vault.cli.start(['encrypt', '--key', 'k', large]);
    await until(() => partsIn(join(vault.home, 'busy'))[0]);
    // It stays busy while the other commands are tried.
    process.kill(running.pid, 'SIGSTOP');
    const second = await vault.cli.run(['encrypt', '--key', 'k', file, '--json']);
    expect(second.code).toBe(1);
    const { error } = documentOf('error', second);
    expect(error.code).toBe('vault-locked');
    expect(error.cause).toContain(`process ${running.pid}`);
    // Viewing needs no lock and disturbs nobody; a note says that it is not recorded.
    const ledger = readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8');
    for (const command of ['key list', 'audit list', 'audit verify', 'checkpoint show']) {
      const look = await vault.cli.run([...command.split(' '), '--json']);
      expect(look.code, look.stderr).toBe(0);
      expect(() => JSON.parse(look.stdout) as unknown).not.toThrow();
      expect(look.stderr).toContain(`This look was not recorded in the ledger`);
      expect(look.stderr).toContain(`process ${running.pid}`);
    }
    expect(readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8')).toBe(ledger);
    process.kill(running.pid, 'SIGCONT');
    expect(await running.result).toMatchObject({ code: 0 });
    await vault.expectSound();
  });

  it('may be moved with its evaluation token', async () => {
    const moved = join(vault.home, 'moved to here');
    renameSync(vault.dir, moved);
    const out = join(vault.home, 'moved-out');
    const env = { CLAVIGER_VAULT: moved };
    const result = await vault.cli.run(['encrypt', '--key', 'k', '--out', out, file], { env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    // A copy that was changed differently is distinguished from the vault that this computer saw last.
    const copy = join(vault.home, 'copy');
    cpSync(moved, copy, { recursive: true });
    expect(await vault.cli.run(['verify', out], { env })).toMatchObject({ code: 0 });
    const behind = await vault.cli.run(['verify', out], { env: { CLAVIGER_VAULT: copy } });
    expect(behind.code, behind.stderr).toBe(4);
    renameSync(moved, vault.dir);
    expect(await vault.cli.run(['verify', out])).toMatchObject({ code: 0 });
  });
});

describe('help', () => {
  it.each([
    'init',
    'token list',
    'token probe',
    'key create',
    'key list',
    'key show',
    'key rotate',
    'key suspend',
    'key resume',
    'key deactivate',
    'key compromise',
    'encrypt',
    'decrypt',
    'verify',
    'resume',
    'retry',
    'inspect',
    'audit list',
    'audit verify',
  ])('%s explains itself', async (command) => {
    const result = await vault.cli.run([...command.split(' '), '--help'], {
      env: { CLAVIGER_VAULT: undefined },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`claviger ${command}`);
    expect(result.stdout).toContain('--json');
  });

  it('lists every command and the exit codes', async () => {
    const result = await vault.cli.run(['--help']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('Exit codes: 0 success');
    expect((await vault.cli.run([])).code).toBe(2);
    expect((await vault.cli.run(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

it('ends a batch whose output is no longer read', async () => {
  const plain = join(vault.home, 'unread');
  for (let n = 0; n < 20; n += 1) {
    writeFile(join(plain, `${n}.txt`), 'x');
    symlinkSync('nowhere', join(plain, `${n}.link`));
  }
  const out = join(vault.home, 'unread-out');
  const running = vault.cli.start(['encrypt', '--key', 'k', '--out', out, plain]);
  for (const stream of [running.child.stdout, running.child.stderr]) stream?.destroy();
  expect(await running.result).toMatchObject({ code: 0 });
  expect(filesIn(out).filter((each) => each.endsWith('.clv'))).toHaveLength(20);
  await vault.expectSound();
});
