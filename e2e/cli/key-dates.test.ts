import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../shared/key-life.ts';
import type { Bulk, Custody, KeyVersion } from '../../shared/keys.ts';
import { batchDone, refusalOf } from '../support/batches.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const CLOCK = fileURLToPath(new URL('../support/later-clock.mjs', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../scripts/verify-report.py', import.meta.url));
const HOUR_MS = DAY_MS / 24;

/** Runs a command with the clock this many days ahead. */
const after = (days: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${CLOCK}`,
  CLAVIGER_LATER_DAYS: String(days),
});

const run = async ({ cli }: TestVault, args: readonly string[], days = 0): Promise<string> => {
  const result = await cli.run(args, { env: after(days) });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result.stderr;
};

/** Unlocks and locks the vault. */
const visit = (vault: TestVault, days: number): Promise<string> =>
  run(vault, ['checkpoint', 'write', vault.home], days);

const versionsOf = async ({ cli }: TestVault, name: string): Promise<readonly KeyVersion[]> => {
  const { stdout } = await cli.run(['key', 'show', name, '--json']);
  return (JSON.parse(stdout) as { versions: KeyVersion[] }).versions;
};

const stateOf = async (vault: TestVault, name: string): Promise<string | undefined> =>
  (await versionsOf(vault, name))[0]?.state;

const actsOf = (vault: TestVault, name: string): string[] =>
  vault
    .records()
    .filter(({ subject }) => subject['name'] === name)
    .map(({ action, outcome }) => (outcome === 'ok' ? action : `${action} ${outcome}`));

let vault: TestVault;
let plain = '';
beforeAll(async () => {
  vault = await makeVault();
  plain = writeFile(join(vault.home, 'plain.txt'), 'plain');
});
afterAll(() => vault.remove());

describe('an activation date', () => {
  it('keeps the key from encrypting before, and activates it at the first unlock after', async () => {
    const date = new Date(Date.now() + 2 * DAY_MS).toISOString();
    await run(vault, ['key', 'create', 'later', '--activate-on', date]);
    const encrypt = ['encrypt', '--key', 'later', '--out', join(vault.home, 'later'), plain];
    const refused = await vault.cli.run(encrypt);
    expect(refused.stderr).toContain('is pre-activation: it cannot encrypt');
    await visit(vault, 1);
    expect(await stateOf(vault, 'later')).toBe('pre-activation');
    await visit(vault, 3);
    expect(await stateOf(vault, 'later')).toBe('active');
    expect(actsOf(vault, 'later')).toEqual(['key.create', 'key.activate']);
    await batchDone(vault.cli, encrypt);
  });

  it('in the past is refused, and nothing is created', async () => {
    const before = vault.records().length;
    const refused = await vault.cli.run(['key', 'create', 'x', '--activate-on', '2020-01-01']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('in the past');
    expect(vault.records()).toHaveLength(before);
  });
});

describe('a cryptoperiod', () => {
  it('is reported as due and overdue', async () => {
    await run(vault, ['key', 'create', 'yearly', '--period', '100']);
    const row = async (days: number): Promise<string | undefined> => {
      const { stdout } = await vault.cli.run(['key', 'list'], { env: after(days) });
      return stdout.split('\n').find((line) => line.startsWith('yearly'));
    };
    expect(await row(0)).toContain('not due');
    expect(await row(95)).toMatch(/ {2}due /);
    expect(await row(101)).toMatch(/overdue/);
  });

  it('rotates the key at the next unlock, if that is wanted', async () => {
    await run(vault, ['key', 'create', 'rolling', '--period', '10', '--at-period-end', 'rotate']);
    await visit(vault, 9);
    expect(await versionsOf(vault, 'rolling')).toHaveLength(1);
    await visit(vault, 11);
    expect((await versionsOf(vault, 'rolling')).map(({ state }) => state)).toEqual([
      'active',
      'deactivated',
    ]);
    await visit(vault, 11);
    expect(await versionsOf(vault, 'rolling')).toHaveLength(2);
  });

  it('keeps the key from encrypting when it is over, if that is wanted', async () => {
    await run(vault, ['key', 'create', 'strict']);
    await run(vault, ['key', 'period', 'strict', '--days', '5', '--at-end', 'refuse']);
    const encrypt = ['encrypt', '--key', 'strict', '--out', join(vault.home, 'strict'), plain];
    await batchDone(vault.cli, encrypt);
    const refused = await vault.cli.run(encrypt, { env: after(6) });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('The cryptoperiod of the key "strict" is over');
    await run(vault, ['key', 'rotate', 'strict'], 6);
    await run(vault, encrypt, 6);
  });

  it('that is not a number of days, or too many, is refused', async () => {
    await run(vault, ['key', 'create', 'odd']);
    const before = vault.records().length;
    for (const days of ['0', '10000', '-1', '1.5', 'ten']) {
      const refused = await vault.cli.run(['key', 'period', 'odd', `--days=${days}`]);
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain(days);
    }
    expect(vault.records()).toHaveLength(before);
  });
});

interface ShownKey {
  readonly versions: { readonly since: string; readonly destroys: string | null }[];
}
const DAY = 86_400_000;

const destroy = (name: string, ...more: string[]): string[] => [
  ...['key', 'destroy', name, '--reason', 'not-needed', '--confirm', name],
  ...more,
];

describe.each(usualTokens)('a destruction with %s', (token) => {
  let own: TestVault;
  beforeAll(async () => {
    own = await makeVault(token);
  });
  afterAll(() => own.remove());

  it.each<[Custody, Bulk]>([
    ['resident', 'token'],
    ['hsm-wrapped', 'host'],
  ])(
    'of a %s/%s key waits, can be cancelled, and is carried out in time',
    async (custody, bulk) => {
      const name = `${custody} ${bulk}`;
      await own.createKey(name, custody, bulk);
      const out = join(own.home, custody);
      await batchDone(own.cli, ['encrypt', '--key', name, '--out', out, plain]);
      const decrypt = ['decrypt', '--out', `${out}-opened`, join(out, 'plain.txt.clv')];

      await run(own, destroy(name, '--after', '2'));
      expect(await refusalOf(own.cli, decrypt)).toMatchObject({ code: 'key-state' });
      await run(own, ['key', 'cancel-destroy', name]);
      await batchDone(own.cli, decrypt);

      await run(own, destroy(name, '--after', '2'));
      await visit(own, 1.5);
      expect(await stateOf(own, name)).toBe('suspended');
      await visit(own, 2.1);
      expect(await stateOf(own, name)).toBe('destroyed');
      expect(actsOf(own, name)).toEqual([
        ...['key.create', 'key.schedule-destroy', 'key.cancel-destroy'],
        ...['key.schedule-destroy', 'key.destroy'],
        ...(custody === 'resident' ? ['key.remove-object'] : []),
      ]);
      const gone = await own.cli.run(decrypt);
      expect(gone.code).not.toBe(0);
      expect(await own.cli.run(['audit', 'verify'])).toMatchObject({ code: 0 });
    },
  );
});

describe('a destruction', () => {
  const key = async (name: string): Promise<void> => {
    await run(vault, ['key', 'create', name]);
  };

  it('is not carried out if the clock was set forward', async () => {
    await key('forward');
    await run(vault, destroy('forward'));
    const told = await visit(vault, 30);
    expect(told).toContain('is due to be destroyed. It was kept');
    expect(await visit(vault, 30)).toContain('It was kept');
    expect(await stateOf(vault, 'forward')).toBe('suspended');
    // Only cancelling the destruction ends the suspension.
    await run(vault, ['key', 'compromise', 'forward', '--reason', 'disclosed'], 30);
    await visit(vault, 30);
    expect(await stateOf(vault, 'forward')).toBe('suspended');
    const postponed = vault.records().filter(({ action }) => action === 'key.postpone-destroy');
    expect(postponed).toHaveLength(1);
    await run(vault, destroy('forward', '--due'), 30);
    expect(await stateOf(vault, 'forward')).toBe('destroyed');
  });

  it('is not carried out before its date', async () => {
    await key('early');
    await run(vault, destroy('early'));
    const refused = await vault.cli.run(destroy('early', '--due'));
    expect(refused.stderr).toContain('is not due before');
    expect(await stateOf(vault, 'early')).toBe('suspended');
  });

  it('is immediate only for a key that was never used', async () => {
    await key('fresh');
    await run(vault, destroy('fresh', '--unused'));
    expect(await stateOf(vault, 'fresh')).toBe('destroyed');
    await key('used');
    await batchDone(vault.cli, ['encrypt', '--key', 'used', '--out', join(vault.home, 'u'), plain]);
    const refused = await vault.cli.run(destroy('used', '--unused'));
    expect(refused.stderr).toContain('has encrypted files');
    expect(actsOf(vault, 'used').at(-1)).toBe('key.destroy refused');
    expect(await stateOf(vault, 'used')).toBe('active');
  });

  it('lists the files that become unreadable; a file encrypted with two keys stays readable', async () => {
    await key('going');
    await key('staying');
    const [only, both] = ['only', 'both'].map((name) => writeFile(join(vault.home, name), name));
    await batchDone(vault.cli, ['encrypt', '--key', 'going', only ?? '']);
    await batchDone(vault.cli, ['encrypt', '--key', 'going', '--key', 'staying', both ?? '']);
    const told = await run(vault, destroy('going', '--after', '1'));
    expect(told).toContain('decrypts 2 files in this vault’s ledger');
    expect(told).toContain('1 file becomes unreadable');
    expect(told).toContain('1 file can still be decrypted with "staying"');
    await visit(vault, 0.9);
    await visit(vault, 1.1);
    expect(await stateOf(vault, 'going')).toBe('destroyed');
    const out = join(vault.home, 'opened');
    await batchDone(vault.cli, ['decrypt', '--out', out, `${both ?? ''}.clv`]);
    const gone = await vault.cli.run(['decrypt', '--out', out, `${only ?? ''}.clv`]);
    expect(gone).toMatchObject({ code: 1 });
    expect(gone.stdout + gone.stderr).toContain('destroyed');
  });

  it('has a certificate that anyone can verify', async () => {
    await key('certified');
    const report = ['report', '--kind', 'destruction', '--key', 'certified'];
    const file = join(vault.home, 'certificate.json');
    const early = await vault.cli.run([...report, '--out', file]);
    expect(early.stderr).toContain('No version of the key "certified" was destroyed');
    expect(existsSync(file)).toBe(false);
    await run(vault, destroy('certified', '--unused', '--note', 'end of project'));
    await run(vault, [...report, '--out', file]);
    await run(vault, ['report', 'verify', file]);
    execFileSync('python3', [SCRIPT, file]);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('the only copy of the wrapped key in the vault');
    expect(text).toContain('end of project');
  });

  it('waits as long as the vault says, where no other time is named', async () => {
    const period = ['key', 'waiting-period'];
    const noPin = { env: { CLAVIGER_PIN: undefined } };
    expect((await vault.cli.run(period, noPin)).stdout).toBe('Destructions wait 7 days.\n');
    const before = vault.records().length;
    for (const days of ['0', '91', '1.5']) {
      const refused = await vault.cli.run([...period, '--days', days], noPin);
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain(days);
    }
    expect(vault.records()).toHaveLength(before);
    await key('before the change');
    await run(vault, destroy('before the change'));
    await run(vault, [...period, '--days', '30']);
    const set = vault.records().findLast(({ action }) => action === 'vault.waiting-period');
    expect(set?.details).toMatchObject({ before: 7, after: 30 });
    await key('after the change');
    await run(vault, destroy('after the change'));
    await key('named');
    await run(vault, destroy('named', '--after', '2'));
    const waits = async (name: string): Promise<number> => {
      const { stdout } = await vault.cli.run(['key', 'show', name, '--json']);
      const [version] = (JSON.parse(stdout) as ShownKey).versions;
      return (Date.parse(version?.destroys ?? '') - Date.parse(version?.since ?? '')) / DAY;
    };
    expect(await waits('before the change')).toBe(7);
    expect(await waits('after the change')).toBe(30);
    expect(await waits('named')).toBe(2);
    await run(vault, ['audit', 'verify']);
  });

  it('needs the name of the key', async () => {
    await key('unconfirmed');
    for (const confirm of [[], ['--confirm', 'another']]) {
      const args = ['key', 'destroy', 'unconfirmed', '--reason', 'other', ...confirm];
      const refused = await vault.cli.run(args);
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain('was not confirmed');
    }
    expect(await stateOf(vault, 'unconfirmed')).toBe('active');
  });

  it('is refused and recorded while the key is protected', async () => {
    await key('kept');
    await run(vault, ['key', 'protect', 'kept']);
    const refused = await vault.cli.run(destroy('kept'));
    expect(refused.stderr).toContain('is protected against destruction');
    expect(actsOf(vault, 'kept').at(-1)).toBe('key.schedule-destroy refused');
    await run(vault, ['key', 'unprotect', 'kept']);
    await run(vault, destroy('kept'));
    expect(await stateOf(vault, 'kept')).toBe('suspended');
  });

  it.each(['0', '91'])('does not wait %s days', async (days) => {
    await vault.cli.run(['key', 'create', 'waiting']);
    const refused = await vault.cli.run(destroy('waiting', '--after', days));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain(`not ${days}`);
  });

  it('may wait for the longest period, and a clock error of less than a day does not matter', async () => {
    await key('patient');
    await run(vault, destroy('patient', '--after', '90'));
    const [version] = await versionsOf(vault, 'patient');
    const days = (Date.parse(version?.destroys ?? '') - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(90 - HOUR_MS / DAY_MS);
    expect(days).toBeLessThan(90);
  });
});
