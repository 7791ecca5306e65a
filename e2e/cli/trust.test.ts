import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownVaultSchema, type KnownVault } from '../../main/trust/known-vault.ts';
import type { Claviger, CliResult } from '../support/cli.ts';
import { documentOf, type RecordDocument, recordOf } from '../support/documents.ts';
import { mayMount, mountReadOnly } from '../support/mounts.ts';
import { nameLibrary } from '../support/edited-keystore.ts';
import {
  copySoftHsm,
  makeOutsideToken,
  makeStranger,
  makeTwin,
  type OutsideToken,
} from '../support/outside-token.ts';
import { clavigerOf, makeHome, makeVault, modulePathOf } from '../support/vaults.ts';

// What a vault's folder may not decide, and what this user knows about the vault.

let home: string;
let dir: string;
let token: OutsideToken;
let library: string;
let cli: Claviger;

beforeEach(() => {
  home = makeHome();
  dir = join(home, 'vault');
  token = makeOutsideToken(join(home, 'hsm'));
  library = copySoftHsm(join(home, 'vendor/libtoken.so'));
  cli = clavigerOf(dir);
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

/** Runs the command line with access to the token. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  cli.run(args, { env: { ...token.env, ...env } });

const succeed = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> => {
  const result = await run(args, env);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
};

const refused = async (
  args: readonly string[],
  code: number,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: string; text: string }> => {
  const result = await run([...args, '--json'], env);
  expect(result, result.stderr).toMatchObject({ code });
  const { error } = documentOf('error', result);
  return { code: error.code, text: result.stderr };
};

const init = (): Promise<CliResult> =>
  succeed(['init', '--module', library, '--token', token.label]);

const records = (): RecordDocument[] =>
  readFileSync(join(dir, 'ledger.jsonl'), 'utf8').trimEnd().split('\n').map(recordOf);

const state = (): string => join(home, 'state/vaults');
const stateFile = (): string => join(state(), readdirSync(state())[0] ?? '');
const known = (): KnownVault =>
  v.parse(knownVaultSchema, JSON.parse(readFileSync(stateFile(), 'utf8')));
const change = (values: Partial<KnownVault>): void =>
  writeFileSync(stateFile(), JSON.stringify({ ...known(), ...values }));

/** Another user of the same computer, or the same vault on another one. */
const secondUser = (): Record<string, string> => ({ CLAVIGER_STATE: join(home, 'second') });

it('never loads a library that the folder of the vault names', async () => {
  await init();
  await succeed(['key', 'create', 'Payroll']);
  const trace = join(home, 'trace');
  const stranger = join(home, 'stranger.so');
  makeStranger(stranger, trace);
  await nameLibrary(dir, stranger);
  writeFileSync(join(home, 'a.txt'), 'hello');
  for (const args of [
    ['encrypt', '--key', 'Payroll', join(home, 'a.txt')],
    ['key', 'create', 'Other'],
    ['token', 'probe'],
    ['recover', '--accept', 'a test'],
    ['trust'],
    ['key', 'list'],
    ['audit', 'verify'],
  ]) {
    await run(args);
    expect(existsSync(trace), args.join(' ')).toBe(false);
  }
  // Its keystore is not the one that the ledger names, and nothing else loads the library from it.
  for (const args of [['key', 'create', 'Third'], ['trust']]) await refused(args, 4, secondUser());
  expect(existsSync(trace)).toBe(false);
});

describe('a library that has changed since it was trusted', () => {
  it('is refused before it is loaded, if not only the administrator can write to it', async () => {
    await init();
    const trace = join(home, 'trace');
    const genuine = readFileSync(library);
    makeStranger(library, trace);
    const { code, text } = await refused(['key', 'create', 'Payroll'], 3);
    expect(code).toBe('library-changed');
    expect(text).toContain('claviger trust --module');
    expect(text).toContain(known().librarySha256);
    expect(existsSync(trace)).toBe(false);
    expect(records().filter(({ action }) => action === 'token.login')).toEqual([]);
    // The user knows about the update.
    writeFileSync(library, Buffer.concat([genuine, Buffer.from('2.6.2')]));
    await refused(['trust', '--module', library, '--library-sha256', '0'.repeat(64)], 3);
    const named = await succeed(['trust', '--module', library]);
    expect(named.stdout).toContain(known().librarySha256);
    const { stderr } = await succeed(['key', 'create', 'Payroll']);
    expect(stderr).toContain('has changed and was tested again');
    const probes = records().filter(({ action }) => action === 'token.probe');
    expect(probes.map(({ details }) => details['librarySha256'])).toEqual([known().librarySha256]);
    expect((await succeed(['key', 'create', 'Second'])).stderr).toBe('');
  });

  it('is tested, recorded and shown, if only the administrator can write to it', async () => {
    library = modulePathOf('SoftHSM2');
    await init();
    const now = known().librarySha256;
    change({ librarySha256: '0'.repeat(64) });
    const { stderr } = await succeed(['key', 'create', 'Payroll']);
    expect(stderr).toContain(`has changed and was tested again: ${library}, SHA-256 ${now}`);
    const probe = records().find(({ action }) => action === 'token.probe');
    expect(probe?.details).toMatchObject({ because: 'the PKCS#11 library has changed' });
    expect(known().librarySha256).toBe(now);
    expect((await succeed(['key', 'create', 'Second'])).stderr).toBe('');
  });
});

describe('a vault that this user opens for the first time', () => {
  it('is refused until its library is named; all of its values can be given', async () => {
    await init();
    const first = known();
    const { code, text } = await refused(['key', 'create', 'Payroll'], 3, secondUser());
    expect(code).toBe('vault-unknown');
    expect(text).toContain('claviger trust --module PATH');
    expect(text).toContain(first.checkpointKey);
    await refused(['trust'], 2, secondUser());
    expect((await run(['trust', '--show'], secondUser())).code).toBe(3);
    const values = ['trust', '--module', library, '--token', token.label];
    values.push('--serial', first.token.serial, '--library-sha256', first.librarySha256);
    const other = [...values, '--fingerprint', 'ab'.repeat(32)];
    expect(await refused(other, 4, secondUser())).toMatchObject({ code: 'vault-other' });
    const short = [...values, '--fingerprint', 'ab12'];
    expect(await refused(short, 2, secondUser())).toMatchObject({ code: 'usage' });
    expect(existsSync(join(home, 'second'))).toBe(false);
    const all = [...values, '--fingerprint', (first.checkpointKey ?? '').toUpperCase()];
    for (const changed of [true, false]) {
      const result = await succeed([...all, '--json'], secondUser());
      expect(JSON.parse(result.stdout)).toMatchObject({ changed, known: first });
    }
    expect((await succeed(['trust', '--show'], secondUser())).stdout).toContain(library);
    expect((await succeed(['key', 'create', 'Payroll'], secondUser())).stderr).toBe('');
  });

  it('shows its fingerprint once, if the token is for evaluation', async () => {
    const vault = await makeVault();
    const env = { CLAVIGER_STATE: join(vault.home, 'second') };
    const copy = join(vault.home, 'copy');
    cpSync(vault.dir, copy, { recursive: true });
    rmSync(join(copy, 'lock'), { force: true, recursive: true });
    const shown = documentOf('checkpoint', await vault.cli.run(['checkpoint', 'show', '--json']));
    const met = await clavigerOf(copy).run(['key', 'create', 'Payroll'], { env });
    expect(met, met.stderr).toMatchObject({ code: 0 });
    expect(met.stderr).toContain('for the first time');
    expect(met.stderr).toContain(shown.fingerprint);
    const again = await clavigerOf(copy).run(['key', 'create', 'Second'], { env });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    vault.remove();
  });

  it('is not remembered after a PIN that its token refuses', async () => {
    const vault = await makeVault();
    const env = { CLAVIGER_STATE: join(vault.home, 'second'), CLAVIGER_PIN: '000000' };
    expect((await vault.cli.run(['key', 'create', 'Payroll'], { env })).code).toBe(3);
    expect(existsSync(env.CLAVIGER_STATE)).toBe(false);
    vault.remove();
  });
});

it('is refused if its ledger names another key than the known one', async () => {
  await init();
  change({ checkpointKey: 'ab'.repeat(32) });
  for (const args of [
    ['key', 'create', 'Payroll'],
    ['trust', '--module', library],
    ['trust', '--show'],
  ])
    expect((await run(args)).stderr).toContain('not the vault that this computer knows');
  expect(await refused(['key', 'create', 'Payroll'], 4)).toMatchObject({ code: 'vault-other' });
});

it('is refused if what is known about it is damaged, which stays unchanged', async () => {
  await init();
  appendFileSync(stateFile(), '}');
  const damaged = readFileSync(stateFile());
  for (const args of [
    ['key', 'create', 'Payroll'],
    ['trust', '--module', library],
  ])
    expect(await refused(args, 3)).toMatchObject({ code: 'trust-damaged' });
  expect(readFileSync(stateFile())).toEqual(damaged);
});

it('reports a cloned token, and works with it', async () => {
  await init();
  await succeed(['key', 'create', 'Payroll']);
  const twin = makeTwin(token, join(home, 'twin'));
  const { stderr } = await succeed(['key', 'create', 'Second'], twin.env);
  expect(stderr).toContain('This is not the token that this computer knows');
  expect(stderr).toContain('f00dfeedf00dfeed');
  const unlock = records().findLast(({ action }) => action === 'vault.unlock');
  expect(unlock?.details['findings']).toContainEqual(
    expect.objectContaining({ kind: 'token-twin' }),
  );
  await succeed(['trust', '--serial', 'f00dfeedf00dfeed']);
  expect((await succeed(['key', 'create', 'Third'], twin.env)).stderr).toBe('');
});

it('continues if nothing can be remembered, and says so', async () => {
  const env = { CLAVIGER_STATE: '/proc/claviger' };
  const made = await succeed(['init', '--evaluation'], env);
  expect(made.stderr).toContain('knows of the vault could not be saved');
  for (const name of ['One', 'Two']) {
    const { stderr } = await succeed(['key', 'create', name], env);
    expect(stderr).toContain('for the first time');
    expect(stderr).toContain('knows of the vault could not be saved');
  }
  expect(await refused(['trust'], 3, env)).toMatchObject({ code: 'not-remembered' });
  mkdirSync(join(home, 'state/vaults'), { recursive: true });
  await succeed(['trust']);
});

describe('the token, given with each command', () => {
  const values = (): string[] => {
    const { token: kept, librarySha256, checkpointKey } = known();
    const which = ['--token', kept.label, '--serial', kept.serial, '--fingerprint'];
    return ['--module', library, ...which, checkpointKey ?? '', '--library-sha256', librarySha256];
  };
  const notKept = 'knows of the vault could not be saved';

  it('works for every command if no state folder can be created', async () => {
    await init();
    const env = { CLAVIGER_STATE: '/proc/claviger' };
    const told = values();
    const file = join(home, 'a.txt');
    writeFileSync(file, 'hello');
    await refused(['key', 'create', 'Payroll'], 3, env);
    for (const args of [
      ['key', 'create', 'Payroll'],
      ['encrypt', '--key', 'Payroll', file],
      ['verify', `${file}.clv`],
      ['decrypt', '--out', join(home, 'out'), `${file}.clv`],
      ['resume'],
      ['retry'],
      ['report', '--out', join(home, 'report.json')],
      ['checkpoint', 'write', home],
    ]) {
      const { stderr } = await succeed([...args, ...told], env);
      expect(stderr, args.join(' ')).toContain(notKept);
      expect((await run([...args, '--help'])).stdout).toContain('--library-sha256 HEX');
    }
    expect(readFileSync(join(home, 'out/a.txt'), 'utf8')).toBe('hello');
    const accept = await refused(['recover', '--accept', 'a test', ...told], 2, env);
    expect(accept.text).toContain('nothing to accept');
  });

  it('is refused if a value differs, before anything is loaded', async () => {
    await init();
    const env = { CLAVIGER_STATE: '/proc/claviger' };
    const trace = join(home, 'trace');
    const stranger = join(home, 'stranger.so');
    makeStranger(stranger, trace);
    const args = ['key', 'create', 'Payroll', '--module', stranger];
    const hash = ['--library-sha256', known().librarySha256];
    expect((await refused([...args, ...hash], 3, env)).code).toBe('library-changed');
    const key = ['--fingerprint', 'ab'.repeat(32)];
    expect((await refused([...args, ...key], 4, env)).code).toBe('vault-other');
    expect(existsSync(trace)).toBe(false);
  });

  it('is remembered as by "trust" if that is possible', async () => {
    await init();
    const first = known();
    await succeed(['key', 'create', 'Payroll', ...values()], secondUser());
    expect((await succeed(['key', 'create', 'Second'], secondUser())).stderr).toBe('');
    rmSync(state(), { recursive: true });
    await succeed(['key', 'create', 'Third', '--module', library]);
    expect(known()).toMatchObject({ ...first, seen: expect.anything() as object, sessions: true });
  });

  it('takes precedence over a read-only state folder', async ({ skip }) => {
    skip(!mayMount, 'only root may mount');
    await init();
    appendFileSync(library, 'an update');
    const before = readFileSync(stateFile(), 'utf8');
    const shown = mountReadOnly(join(home, 'state'), join(home, 'read-only'));
    try {
      const env = { CLAVIGER_STATE: shown.folder };
      await refused(['key', 'create', 'Payroll'], 3, env);
      const named = ['key', 'create', 'Payroll', '--module', library];
      expect((await succeed(named, env)).stderr).toContain(notKept);
      expect(readFileSync(stateFile(), 'utf8')).toBe(before);
    } finally {
      shown.unmount();
    }
  });
});

it('requires an absolute path for the state folder', async () => {
  expect(await refused(['init', '--evaluation'], 2, { CLAVIGER_STATE: 'state' })).toMatchObject({
    code: 'usage',
  });
  expect(existsSync(dir)).toBe(false);
});
