import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliOptions, CliResult } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { enginesOf, isAlive, until } from '../support/processes.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const SPY = fileURLToPath(new URL('../support/halting-token.mjs', import.meta.url));

/** The engine halts at one step of signing a checkpoint or of replacing the anchor in the token. */
describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  let steps: string[];
  let turn = 0;

  const logOf = (name: string): string => join(vault.home, `steps-${name}`);
  const halting = (name: string, at: string, signal: string): CliOptions => ({
    env: {
      NODE_OPTIONS: `--import=${SPY}`,
      CLAVIGER_STEP_LOG: logOf(name),
      CLAVIGER_HALT_AT: at,
      CLAVIGER_HALT_SIGNAL: signal,
    },
  });
  const create = (name: string, options: CliOptions = {}): Promise<CliResult> =>
    vault.cli.run(
      ['key', 'create', name, '--custody', 'hsm-wrapped', '--bulk', 'host', '--json'],
      options,
    );
  const names = async (): Promise<string[]> =>
    documentOf('keys', await vault.cli.run(['key', 'list', '--json'])).keys.map((key) => key.name);

  beforeAll(async () => {
    vault = await makeVault(token);
    expect(await create('undisturbed', halting('all', '', ''))).toMatchObject({ code: 0 });
    steps = readFileSync(logOf('all'), 'utf8').trimEnd().split('\n');
  });

  afterAll(() => vault.remove());

  it('a kill at any step loses no work and is not taken for a rollback', async () => {
    // Unlock, commit and lock sign; unlock and lock replace the anchor.
    expect(steps.filter((step) => step.startsWith('sign before')).length).toBeGreaterThan(2);
    expect(steps.filter((step) => step.startsWith('make before'))).toHaveLength(2);
    expect(steps.filter((step) => step.startsWith('drop before'))).toHaveLength(2);
    for (const step of steps) {
      const name = `killed-${(turn += 1)}`;
      const killed = await create(name, halting(name, step, 'SIGKILL'));
      expect(existsSync(`${logOf(name)}.halted`), step).toBe(true);
      const next = await create(`${name}-next`);
      expect(next.code, `${step}: ${next.stderr}`).toBe(0);
      const known = await names();
      expect(known, step).toContain(`${name}-next`);
      expect(known.includes(name), `${step}: ${killed.stderr}`).toBe(killed.code === 0);
    }
    await vault.expectSound();
    // However many anchors were left, the next replacement leaves exactly one.
    expect(await create('last', halting('last', '', ''))).toMatchObject({ code: 0 });
    const dropped = readFileSync(logOf('last'), 'utf8').match(/drop before/g);
    expect(dropped).toHaveLength(2);
  });

  it('a driver that hangs while the lock is signed does not keep the vault open, and unlock reports it', async () => {
    const last = steps.filter((step) => step.startsWith('sign before')).at(-1) ?? '';
    const args = ['key', 'create', 'hung', '--custody', 'hsm-wrapped', '--bulk', 'host'];
    const running = vault.cli.start(args, halting('hung', last, 'SIGSTOP'));
    const engine = await until(
      () => existsSync(`${logOf('hung')}.halted`) && enginesOf(running.pid)[0],
    );
    expect(await running.result).toMatchObject({ code: 0 });
    expect(isAlive(engine)).toBe(false);
    const lock = vault.records().at(-1);
    expect(lock).toMatchObject({ action: 'vault.lock' });

    const next = await create('after');
    expect(next).toMatchObject({ code: 0 });
    expect(next.stderr).toContain('The last lock was recorded but not signed');
    const unlock = vault.records().findLast(({ action }) => action === 'vault.unlock');
    expect(unlock?.details).toMatchObject({
      unsigned: { last: lock?.seq },
      findings: [{ kind: 'lock-unsigned' }],
    });
    expect((await create('quiet')).stderr).toBe('');
    await vault.expectSound();
  });
});
