import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliOptions } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { argumentsOf, engineOf, environmentOf, isAlive, until } from '../support/processes.ts';
import { filesIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, PIN, type TestVault, usualTokens } from '../support/vaults.ts';

/** Long and unique, so that it can be searched for. */
const LONG_PIN = 'pin-Xq7vT2mZ-unlike-anything';

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  let plain: string;
  let pinFile: string;

  beforeAll(async () => {
    vault = await makeVault(token);
    await vault.createKey('k', 'hsm-only', 'host');
    plain = join(vault.home, 'plain');
    writeFile(join(plain, 'a.txt'), 'a');
    pinFile = writeFile(join(vault.home, 'pin'), `${PIN}\n`, 0o600);
  });

  afterAll(() => vault.remove());

  const encrypt = async (
    options: CliOptions,
    ...more: string[]
  ): Promise<{ readonly exit: number | null; readonly code: string; readonly next: string }> => {
    const before = snapshotOf(plain);
    const result = await vault.cli.run(
      ['encrypt', '--json', '--key', 'k', ...more, plain],
      options,
    );
    const { error } = documentOf('error', result);
    expect(snapshotOf(plain)).toEqual(before);
    await vault.expectSound();
    return { exit: result.code, code: error.code, next: error.next ?? '' };
  };

  it('refuses a wrong PIN, records it and reports the state of the PIN', async () => {
    const before = vault.records().length;
    const refused = await encrypt({ env: { CLAVIGER_PIN: '314159' } });
    expect(refused).toMatchObject({ exit: 3, code: 'pin-incorrect' });
    // SoftHSM2 reports that a wrong PIN was entered; NSS keeps no count.
    const words =
      token === 'SoftHSM2' ? 'Few tries remain before the PIN is locked.' : 'Type the PIN again.';
    expect(refused.next).toBe(words);
    const records = vault.records().slice(before);
    expect(records.map(({ action }) => action)).toContain('token.login');
    expect(records.find(({ action }) => action === 'token.login')).toMatchObject({
      outcome: 'refused',
      code: 'pin-incorrect',
    });
  });

  it.each(['', '1', 'x'.repeat(300), '\n\n', '27182\u0000', 'ключ🔑'])(
    'refuses the PIN %j without harm',
    async (pin) => {
      const empty = writeFile(join(vault.home, 'other-pin'), pin, 0o600);
      const refused = await encrypt({}, '--pin-file', empty);
      expect(refused).toMatchObject({ exit: 3 });
      expect(['pin-incorrect', 'pin-missing']).toContain(refused.code);
    },
  );

  it('does not send a PIN that is not UTF-8 to the token', async () => {
    const before = vault.records().length;
    // The shell makes the bytes: a variable that node sets would be UTF-8 again.
    const command = `CLAVIGER_PIN=$(printf '${PIN}\\377') exec "$@"`;
    const refused = await encrypt({ through: ['sh', '-c', command, 'sh'] });
    expect(refused).toMatchObject({ exit: 3, code: 'pin-incorrect' });
    expect(refused.next).toContain('UTF-8');
    // Nothing reached the token.
    expect(
      vault
        .records()
        .slice(before)
        .map(({ action }) => action),
    ).not.toContain('token.login');
  });

  it('says that the PIN is missing, and how to give it', async () => {
    const refused = await encrypt({ env: { CLAVIGER_PIN: undefined } });
    expect(refused).toMatchObject({ exit: 3, code: 'pin-missing' });
    expect(refused.next).toContain('--pin-file');
  });

  it('says that a PIN file is missing', async () => {
    const refused = await encrypt({}, '--pin-file', join(vault.home, 'no-such-file'));
    expect(refused).toMatchObject({ exit: 3, code: 'pin-missing' });
  });

  it.each(['/dev/zero', '/dev/null'])('refuses a PIN from %s, and says why', async (file) => {
    const refused = await encrypt({}, '--pin-file', file);
    expect(refused).toMatchObject({ exit: 3, code: 'pin-missing' });
    expect(refused.next).toBe('Name a file that holds the PIN and nothing else.');
  });

  it.each(['\n', '\r\n', ''])('accepts a PIN file that ends with %j', async (end) => {
    writeFile(pinFile, `${end === '\r\n' ? '\uFEFF' : ''}${PIN}${end}`);
    const out = join(vault.home, `out${end.length}`);
    const args = ['encrypt', '--key', 'k', '--pin-file', pinFile, '--out', out, plain];
    const result = await vault.cli.run(args, { env: { CLAVIGER_PIN: undefined } });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr).not.toContain('other users');
  });

  it('warns of a PIN file that others may read', async () => {
    writeFile(pinFile, PIN);
    chmodSync(pinFile, 0o644);
    const out = join(vault.home, 'warned');
    const args = ['encrypt', '--key', 'k', '--pin-file', pinFile, '--out', out, plain];
    const result = await vault.cli.run(args);
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('other users may read the PIN file');
  });
});

it('keeps the PIN out of the ledger, the vault, arguments and the environment of the engine', async () => {
  const vault = await makeVault();
  try {
    const dir = join(vault.home, 'second');
    const env = { CLAVIGER_PIN: LONG_PIN, CLAVIGER_VAULT: dir };
    const made = await vault.cli.run(['init', '--evaluation'], { env });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    await vault.cli.run(['key', 'create', 'k'], { env });
    const file = writeFile(join(vault.home, 'large.bin'), Buffer.alloc(64 * 1024 * 1024, 'x'));

    const running = vault.cli.start(['encrypt', '--key', 'k', file], { env });
    const engine = await engineOf(running.pid);
    // Between fork and exec a child is still a copy of its parent.
    await until(() => argumentsOf(engine).includes('engine-process'));
    expect(environmentOf(engine)).toContain('UV_THREADPOOL_SIZE');
    expect(environmentOf(engine)).not.toContain(LONG_PIN);
    for (const pid of [running.pid, engine]) expect(argumentsOf(pid)).not.toContain(LONG_PIN);
    const result = await running.result;
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(isAlive(engine)).toBe(false);
    await vault.cli.run(['encrypt', '--key', 'k', file], {
      env: { ...env, CLAVIGER_PIN: `${LONG_PIN}!` },
    });

    const written = filesIn(dir);
    expect(written.length).toBeGreaterThan(5);
    const holders = written.filter((path) => readFileSync(path).includes(LONG_PIN));
    expect(holders).toEqual([]);
  } finally {
    vault.remove();
  }
});
