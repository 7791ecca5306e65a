import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const CLOCK = fileURLToPath(new URL('../support/later-clock.mjs', import.meta.url));
const TOKEN = fileURLToPath(new URL('../support/stubborn-token.mjs', import.meta.url));

describe.each(usualTokens)('a token that refuses, %s', (token) => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await makeVault(token);
  });
  afterAll(() => vault.remove());

  const actsOf = (name: string): string[] =>
    vault
      .records()
      .filter(({ subject }) => subject['name'] === name)
      .map(({ action, outcome }) => `${action} ${outcome}`);

  /** Unlocks and locks the vault, days later. */
  const visit = async (days: number, refuses = ''): Promise<CliResult> => {
    const env = {
      NODE_OPTIONS: `--import=${CLOCK} --import=${TOKEN}`,
      CLAVIGER_LATER_DAYS: String(days),
      CLAVIGER_REFUSES: refuses,
    };
    const result = await vault.cli.run(['checkpoint', 'write', vault.home], { env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result;
  };

  it('to remove a key leaves the vault open, is recorded, and is tried again', async () => {
    const names = ['first', 'second'];
    for (const name of names) {
      await vault.createKey(name, 'resident', 'host');
      const destroy = ['key', 'destroy', name, '--reason', 'not-needed', '--confirm', name];
      expect(await vault.cli.run([...destroy, '--after', '1'])).toMatchObject({ code: 0 });
    }
    await visit(0.9);
    const { stderr } = await visit(1.1, 'C_DestroyObject');
    expect(stderr).not.toMatch(/^\s+at /m);
    for (const name of names) {
      expect(stderr).toContain(`"${name}" is destroyed, but its object is still in the token`);
      const shown = await vault.cli.run(['key', 'show', name]);
      expect(shown.stdout).toContain('destroyed');
      expect(actsOf(name)).toContain('key.remove-object failed');
      expect(actsOf(name)).not.toContain('key.remove-object ok');
    }
    await visit(1.2);
    for (const name of names) expect(actsOf(name).at(-1)).toBe('key.remove-object ok');
    expect(await vault.cli.run(['audit', 'verify'])).toMatchObject({ code: 0 });
  });

  it('to make a due version is told and recorded, and the other due acts are done', async () => {
    const create = ['key', 'create', 'turning', '--custody', 'resident', '--period', '5'];
    const rotates = [...create, '--at-period-end', 'rotate'];
    expect(await vault.cli.run(rotates)).toMatchObject({ code: 0 });
    await vault.createKey('leaving', 'hsm-only', 'host');
    const destroy = ['key', 'destroy', 'leaving', '--reason', 'other', '--confirm', 'leaving'];
    expect(await vault.cli.run([...destroy, '--after', '6'])).toMatchObject({ code: 0 });
    await visit(4.9);
    await visit(5.9);
    const turned = actsOf('turning').length;
    await visit(6.1, 'C_GenerateKey');
    expect(actsOf('leaving').at(-1)).toBe('key.destroy ok');
    expect(actsOf('turning')).toHaveLength(turned);
    const { stderr } = await visit(11.1, 'C_GenerateKey');
    expect(stderr).toContain(
      'The key "turning" was due to be rotated automatically, which failed.',
    );
    expect(stderr).toContain('the token does not allow this action');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(actsOf('turning').at(-1)).toBe('key.rotate failed');
    await visit(11.2);
    expect(actsOf('turning').at(-1)).toBe('key.rotate ok');
    expect(await vault.cli.run(['audit', 'verify'])).toMatchObject({ code: 0 });
  });
});
