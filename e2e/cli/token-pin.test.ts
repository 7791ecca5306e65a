import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import type { CliOptions, CliResult } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { engineOf, environmentOf, killNow, until } from '../support/processes.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, PIN, type TestVault, usualTokens } from '../support/vaults.ts';

const TYPING = fileURLToPath(new URL('../support/typing.mjs', import.meta.url));
const SPY = fileURLToPath(new URL('../support/halting-token.mjs', import.meta.url));
/** Long and unique, so that it can be searched for. */
const NEW = 'new-Xq7vT2mZ-unlike';

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  beforeEach(async () => {
    vault = await makeVault(token);
    await vault.createKey('k', 'resident', 'host');
  });
  afterEach(() => vault.remove());

  const change = (options: CliOptions = {}, ...args: string[]): Promise<CliResult> =>
    vault.cli.run(['token', 'pin', '--json', ...args], options);
  const toNew = { env: { CLAVIGER_NEW_PIN: NEW } };
  const withNew = { env: { CLAVIGER_PIN: NEW } };

  const codeWith = async (pin: string): Promise<string> => {
    const options = { env: { CLAVIGER_PIN: pin } };
    const result = await vault.cli.run(['checkpoint', 'write', '--json', vault.home], options);
    return result.code === 0 ? 'ok' : documentOf('error', result).error.code;
  };
  const recorded = (): { action: string; outcome: string; code?: string | undefined }[] =>
    vault
      .records()
      .filter(({ action }) => action.startsWith('token.pin'))
      .map(({ action, outcome, code }) => ({ action, outcome, code }));

  it('changes the PIN: the old one is refused, the new one opens everything', async () => {
    const file = writeFile(join(vault.home, 'plain', 'a.txt'), 'a');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
    const changed = await change(toNew);
    expect(changed, changed.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(changed.stdout)).toEqual({ changed: true });
    expect(recorded()).toEqual([
      { action: 'token.pin-start', outcome: 'ok' },
      { action: 'token.pin', outcome: 'ok' },
    ]);
    expect(await codeWith(PIN)).toBe('pin-incorrect');
    const out = join(vault.home, 'out');
    const args = ['decrypt', '--out', out, `${file}.clv`];
    const opened = await vault.cli.run(args, withNew);
    expect(opened, opened.stderr).toMatchObject({ code: 0 });
    expect(filesIn(out).map((path) => readFileSync(path, 'utf8'))).toEqual(['a']);
    const written = filesIn(vault.dir).filter((path) => readFileSync(path).includes(NEW));
    expect(written).toEqual([]);
    await vault.expectSound();
  });

  it('reads the new PIN from a file, and says how it can be given', async () => {
    const asked = await change();
    expect(asked.code).toBe(3);
    expect(documentOf('error', asked).error).toMatchObject({ code: 'pin-missing' });
    expect(asked.stderr).toContain('--new-pin-file');
    expect(recorded()).toEqual([]);
    const file = writeFile(join(vault.home, 'pin'), `${NEW}\n`, 0o600);
    expect(await change({}, '--new-pin-file', file)).toMatchObject({ code: 0 });
    expect(await codeWith(NEW)).toBe('ok');
  });

  it('changes nothing with a wrong old PIN or an unsuitable new one', async () => {
    const wrong = await change({ env: { CLAVIGER_PIN: '314159', CLAVIGER_NEW_PIN: NEW } });
    expect(wrong.code).toBe(3);
    expect(documentOf('error', wrong).error.code).toBe('pin-incorrect');
    expect(vault.records().at(-1)).toMatchObject({ action: 'token.login', outcome: 'refused' });

    const short = token === 'SoftHSM2' ? '123' : 'x'.repeat(501);
    for (const pin of [short, PIN]) {
      const refused = await change({ env: { CLAVIGER_NEW_PIN: pin } });
      expect(refused.code).toBe(3);
      expect(documentOf('error', refused).error.code).toBe('pin-unsuitable');
    }
    expect(recorded().filter(({ action }) => action === 'token.pin')).toEqual([
      { action: 'token.pin', outcome: 'refused', code: 'pin-unsuitable' },
      { action: 'token.pin', outcome: 'refused', code: 'pin-unsuitable' },
    ]);
    expect(await codeWith(PIN)).toBe('ok');
    await vault.expectSound();
  });

  it('asks for the new PIN twice, and changes nothing if they differ', async () => {
    const typing = (...answers: string[]): CliOptions => ({
      through: [process.execPath, TYPING, String(answers.length), ...answers],
      env: { CLAVIGER_PIN: undefined },
    });
    const differ = await vault.cli.run(['token', 'pin'], typing(PIN, NEW, `${NEW}x`));
    expect(differ.stdout).toContain('The PINs do not match.');
    expect(differ.code).toBe(3);
    expect(recorded()).toEqual([]);
    const same = await vault.cli.run(['token', 'pin'], typing(PIN, NEW, NEW));
    expect(same, same.stdout).toMatchObject({ code: 0 });
    expect(same.stdout).not.toContain(NEW);
    expect(await codeWith(NEW)).toBe('ok');
  });

  const halting = (at: string, signal: string): CliOptions => ({
    env: {
      ...toNew.env,
      NODE_OPTIONS: `--import=${SPY}`,
      CLAVIGER_STEP_LOG: join(vault.home, 'steps'),
      CLAVIGER_HALT_AT: at,
      CLAVIGER_HALT_SIGNAL: signal,
    },
  });

  it.each([
    ['pin before 1', PIN],
    ['pin after 1', NEW],
  ])(
    'after the engine was lost at "%s" the result is reported as unknown, and recorded',
    async (at, valid) => {
      const lost = await change(halting(at, 'SIGKILL'));
      expect(lost.code).toBe(3);
      const { error } = documentOf('error', lost);
      expect(error.code).toBe('pin-unclear');
      expect(error.next).toContain('Unlock with the new PIN');
      expect(recorded().at(-1)).toMatchObject({ outcome: 'failed', code: 'pin-unclear' });
      expect(await codeWith(valid === PIN ? NEW : PIN)).toBe('pin-incorrect');
      expect(await codeWith(valid)).toBe('ok');
    },
  );

  it('after a kill between the change and its record, the record of its start remains', async () => {
    const running = vault.cli.start(['token', 'pin'], halting('pin after 1', 'SIGSTOP'));
    const engine = await engineOf(running.pid);
    await until(() => existsSync(join(vault.home, 'steps.halted')));
    expect(environmentOf(engine)).not.toContain(NEW);
    killNow(running.pid);
    killNow(engine);
    await running.result;
    expect(recorded()).toEqual([{ action: 'token.pin-start', outcome: 'ok' }]);
    expect(await codeWith(NEW)).toBe('ok');
    expect(recorded()).toEqual([{ action: 'token.pin-start', outcome: 'ok' }]);
    const sound = await vault.cli.run(['audit', 'verify'], withNew);
    expect(sound, sound.stderr).toMatchObject({ code: 0 });
  });
});
