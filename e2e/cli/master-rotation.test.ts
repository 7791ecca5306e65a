import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custodyPairs } from '../../shared/keys.ts';
import { batch, batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { readClv } from '../support/clv.ts';
import { documentOf } from '../support/documents.ts';
import { oldVaults, unpack } from '../support/old-vaults.ts';
import { filesWith, storedBlobs } from '../support/stored-blobs.ts';
import { differences, snapshotOf, writeFile } from '../support/trees.ts';
import { clavigerOf, makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const STEPS = fileURLToPath(new URL('../support/master-steps.mjs', import.meta.url));
const rotate = ['master', 'rotate', '--confirm', 'vault'];

describe.each(usualTokens)('master keys that are rotated, with %s', (token) => {
  let vault: TestVault;
  let plain: string;
  let sealed: string;
  /** A copy of the vault's folder from before. */
  let copy: string;
  let blobs: Buffer[];

  const succeed = async (...args: string[]): Promise<string> => {
    const result = await vault.cli.run(args);
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 });
    return result.stdout;
  };
  const expectAllOpen = async (name: string): Promise<void> => {
    const out = join(vault.home, name);
    await batchDone(vault.cli, ['decrypt', '--out', out, sealed]);
    expect(differences(snapshotOf(plain), snapshotOf(join(out, 'sealed')))).toEqual([]);
  };
  const actionsSince = (start: number): string[] =>
    vault
      .records()
      .slice(start)
      .map(({ action }) => action);

  beforeAll(async () => {
    vault = await makeVault(token);
    plain = join(vault.home, 'plain');
    sealed = join(vault.home, 'sealed');
    for (const { custody, bulk } of custodyPairs) {
      const name = `${custody}-${bulk}`;
      await vault.createKey(name, custody, bulk);
      const file = writeFile(join(plain, `${name}.txt`), name);
      await batchDone(vault.cli, ['encrypt', '--key', name, '--out', sealed, file]);
    }
    await succeed('key', 'rotate', 'hsm-only-token');
    await vault.createKey('doomed', 'hsm-wrapped', 'host');
    const doom = ['--unused', '--reason', 'not-needed', '--confirm', 'doomed'];
    await succeed('key', 'destroy', 'doomed', ...doom);
    copy = join(vault.home, 'copy');
    cpSync(vault.dir, copy, { recursive: true });
    blobs = await storedBlobs(vault.dir);
    expect(blobs).toHaveLength(4);
  });
  afterAll(() => vault.remove());

  it('are not, unless the name of the vault is typed', async () => {
    const start = vault.records().length;
    for (const confirmed of [[], ['--confirm', 'Vault']]) {
      const refused = await vault.cli.run(['master', 'rotate', '--json', ...confirmed]);
      expect(refused.code, refused.stderr).toBe(2);
      expect(documentOf('error', refused).error.next).toContain('--confirm "vault"');
      expect(refused.stderr).toContain('open nothing any more');
    }
    expect(actionsSince(start).filter((action) => action.startsWith('master.'))).toEqual([]);
    expect(await storedBlobs(vault.dir)).toEqual(blobs);
  });

  const failing = (step: string): CliOptions => ({
    env: {
      NODE_OPTIONS: `--import=${STEPS}`,
      CLAVIGER_STEP_LOG: join(vault.home, 'steps'),
      CLAVIGER_FAIL_AT: step,
    },
  });

  it('stay as they are where the token fails before the switch: undone at once, in words', async () => {
    const start = vault.records().length;
    const failed = await vault.cli.run([...rotate, '--json'], failing('wrap before 3'));
    expect(failed.code, failed.stderr).toBe(3);
    expect(documentOf('error', failed).error.code).toBe('token-failed');
    expect(failed.stderr).not.toContain('    at ');
    const done = vault
      .records()
      .slice(start)
      .filter(({ action }) => action.startsWith('master.'));
    expect(done).toMatchObject([
      { action: 'master.rotate-start', outcome: 'ok' },
      { action: 'master.rotate', outcome: 'failed', code: 'token-failed' },
      { action: 'master.rotate-undo', outcome: 'ok', details: { removed: 2 } },
    ]);
    expect(await storedBlobs(vault.dir)).toEqual(blobs);
    await batchDone(vault.cli, ['verify', sealed]);
  });

  it('wrap every version again: all files open, and the old ones are not in the token', async () => {
    const start = vault.records().length;
    const result = await vault.cli.run([...rotate, '--note', 'yearly', '--json']);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(documentOf('rotated', result).rotated).toEqual({ versions: 4, oldKept: null });
    expect(result.stderr).toContain('It wraps 4 versions of keys again under them.');
    expect(result.stderr).toContain('2 versions of keys will stay as before');

    const ours = (action: string): boolean => /^master|^vault/.test(action);
    expect(actionsSince(start).filter(ours)).toEqual([
      ...['vault.unlock', 'master.rotate-start', 'master.rotate', 'vault.lock'],
      ...['vault.unlock', 'master.destroy', 'vault.lock'],
    ]);
    const rotated = vault.records().findLast(({ action }) => action === 'master.rotate');
    expect(rotated?.details).toMatchObject({ versions: 4, reason: 'scheduled', note: 'yearly' });
    const destroyed = vault.records().find(({ action }) => action === 'master.destroy');
    expect(destroyed?.details).toMatchObject({ removed: 2 });

    // Every object that bears the vault's name is compared: old masters would be found.
    const compared = documentOf('reconciled', await vault.cli.run(['reconcile', '--json']));
    expect(compared).toMatchObject({ findings: [], sound: 6 });
    await expectAllOpen('opened');
    expect(await storedBlobs(vault.dir)).toHaveLength(4);
    expect(filesWith(copy, blobs)).not.toEqual([]);
    expect(filesWith(vault.dir, blobs)).toEqual([]);
    const doomed = await vault.cli.run(['key', 'show', 'doomed', '--json']);
    expect(doomed.stdout).toContain('"destroyed"');
    await vault.expectSound();
  });

  it('an older copy of the vault then opens nothing and cannot be accepted, in words', async () => {
    // With the token as it is now: an evaluation token is in the folder.
    if (token === 'SoftHSM2') {
      rmSync(join(copy, 'token'), { recursive: true });
      cpSync(vault.tokenDir, join(copy, 'token'), { recursive: true });
    }
    const before = snapshotOf(copy);
    const old = clavigerOf(copy);
    const refused = await old.run(['decrypt', '--json', '--out', join(vault.home, 'none'), sealed]);
    expect(refused.code, refused.stderr).toBe(4);
    expect(documentOf('error', refused).error.code).toBe('rolled-back');
    const accepted = await old.run(['recover', '--accept', 'lost the disk', '--json']);
    const { error } = documentOf('error', accepted);
    expect(error).toMatchObject({ code: 'master-missing', unharmed: /nothing was changed/i });
    expect(error.next).toContain('newest copy');
    expect(accepted.stderr).not.toContain('    at ');
    expect(differences(before, snapshotOf(copy)).join()).not.toContain('keystore');
    // The newest one is not harmed by the attempt.
    await expectAllOpen('opened-again');
  });

  it('are used for what comes after: new keys, rotations, files', async () => {
    await vault.createKey('later', 'hsm-only', 'token');
    await succeed('key', 'rotate', 'hsm-wrapped-host');
    const file = writeFile(join(vault.home, 'later.txt'), 'later');
    await batchDone(vault.cli, ['encrypt', '--key', 'later', '--key', 'hsm-only-token', file]);
    await batchDone(vault.cli, ['verify', `${file}.clv`, sealed]);

    // Once more, where the token does not destroy the old ones at first.
    const kept = await vault.cli.run([...rotate, '--json'], failing('destroy before 1'));
    expect(kept.code, kept.stderr).toBe(1);
    expect(documentOf('rotated', kept).rotated.oldKept).not.toBeNull();
    const { code, stderr } = await batch(vault.cli, ['verify', `${file}.clv`, sealed]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('It is finished: the old master keys are destroyed.');
    const compared = documentOf('reconciled', await vault.cli.run(['reconcile', '--json']));
    expect(compared).toMatchObject({ findings: [], sound: 6 });
  });

  it('marked as compromised make every wrapped version so, and no resident one', async () => {
    for (const args of [[], ['--reason', 'disclosed', '--since', '2999-01-01']]) {
      const refused = await vault.cli.run(['master', 'compromise', '--confirm', 'vault', ...args]);
      expect(refused.code, refused.stderr).toBe(2);
    }
    const since = '2026-01-31T00:00:00.000Z';
    const why = ['--reason', 'disclosed', '--since', '2026-01-31', '--confirm', 'vault'];
    const result = await vault.cli.run(['master', 'compromise', ...why, '--json']);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const { compromised, rotated } = documentOf('compromised', result);
    const known = ['hsm-only-host', 'hsm-only-token', 'hsm-wrapped-host', 'later'];
    expect(compromised.keys.map(({ name }) => name)).toEqual(known);
    // One each, and what "later" was used for has both keys.
    expect(compromised.keys.map(({ files }) => files)).toEqual([1, 2, 1, 1]);
    expect(result.stderr).toContain('6 versions of keys will be marked as compromised');
    expect(rotated).toEqual({ versions: compromised.versions, oldKept: null });
    const record = vault.records().find(({ action }) => action === 'master.compromise');
    expect(record?.details).toMatchObject({ since, versions: 6, reason: 'disclosed' });
    expect(record?.subject['keys']).toHaveLength(4);

    const { keys } = documentOf('keys', await vault.cli.run(['key', 'list', '--json']));
    for (const { custody, versions } of keys.filter(({ name }) => name !== 'doomed'))
      for (const { state, compromised: date } of versions)
        expect([state, date]).toEqual(
          custody === 'resident' ? ['active', null] : ['compromised', since],
        );
    await expectAllOpen('opened-still');
    const file = writeFile(join(vault.home, 'refused.txt'), 'refused');
    const refused = await batch(vault.cli, ['encrypt', '--key', 'hsm-only-host', file]).catch(
      (error: unknown) => String(error),
    );
    expect(refused).toContain('key-state');

    // What is said to do next.
    await succeed('key', 'rotate', 'hsm-only-host');
    const clv = join(sealed, 'hsm-only-host.txt.clv');
    await batchDone(vault.cli, ['reencrypt', clv]);
    expect(readClv(clv).slots).toMatchObject([{ version: 2 }]);
    await vault.expectSound();
  });
});

it('master keys that wrap nothing yet are rotated too', async () => {
  const vault = await makeVault();
  try {
    const result = await vault.cli.run(rotate);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('They wrap no key yet.');
    expect(result.stdout).toContain('0 versions of keys wrapped again');
    await vault.createKey('first', 'hsm-only', 'host');
    const file = writeFile(join(vault.home, 'a.txt'), 'a');
    await batchDone(vault.cli, ['encrypt', '--key', 'first', file]);
    await batchDone(vault.cli, ['verify', `${file}.clv`]);
  } finally {
    vault.remove();
  }
});

/** Older forms of ledger and keystore are brought up to date by the same unlock. */
const isLong = usualTokens.length > 1;
it.each(
  isLong ? oldVaults.filter((name) => !name.endsWith('killed')) : (['softhsm2-accepted'] as const),
)('master keys of a vault that an earlier version made are rotated: %s', async (name) => {
  const vault = unpack(name);
  try {
    await vault.trust();
    await vault.done('master', 'rotate', '--confirm', 'vault');
    const compared = documentOf('reconciled', await vault.done('reconcile', '--json'));
    expect(compared.findings).toEqual([]);
    const migrations = vault.records().filter(({ action }) => action === 'keystore.migrate');
    expect(migrations.length).toBeLessThanOrEqual(1);
    await vault.done('audit', 'verify');
  } finally {
    vault.remove();
  }
});
