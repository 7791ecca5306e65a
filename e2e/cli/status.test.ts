import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CliOptions, CliResult } from '../support/cli.ts';
import { type DocumentOf, documentOf } from '../support/documents.ts';
import { engineOf, killNow, until } from '../support/processes.ts';
import { snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const LATE = fileURLToPath(new URL('../support/later-clock.mjs', import.meta.url));

let vault: TestVault;
beforeEach(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-wrapped', 'host');
});
afterEach(() => vault.remove());

/** Without the PIN, as a monitor runs it. */
const status = (args: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> =>
  vault.cli.run(['status', ...args], {
    ...options,
    env: { CLAVIGER_PIN: undefined, ...options.env },
  });

const told = async (exit: number): Promise<DocumentOf<'status'>> => {
  const result = await status(['--json']);
  expect(result.code, result.stdout).toBe(exit);
  return documentOf('status', result);
};

it('says in one line that a vault is in order, and changes nothing', async () => {
  const before = snapshotOf(vault.dir);
  const result = await status();
  expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
  const records = vault.records().length;
  expect(result.stdout).toMatch(
    new RegExp(
      `^OK: vault: ${records} records verified; checkpoint of ${records} records, .+ old; locked ` +
        `\\| records=${records} unsigned=0 checkpoint_age=\\d+s batches=0\n$`,
    ),
  );
  expect(await told(0)).toMatchObject({
    level: 'ok',
    reasons: [],
    use: 'locked',
    ledger: { verified: true, records, unsigned: 0 },
    checkpoint: { records, time: vault.records().at(-1)?.time },
    keys: { total: 1, due: [], overdue: [], postponed: 0 },
  });
  expect(snapshotOf(vault.dir)).toEqual(before);
});

it('warns of an old checkpoint if an age is given, and refuses an invalid age', async () => {
  const late = { env: { NODE_OPTIONS: `--import=${LATE}`, CLAVIGER_LATER_DAYS: '31' } };
  expect(await status([], late)).toMatchObject({ code: 0 });
  const old = await status(['--checkpoint-age', '30'], late);
  expect(old.code).toBe(1);
  expect(old.stdout).toMatch(/^WARNING: vault: the newest checkpoint is 31 days old;/);
  expect(await status(['--checkpoint-age', '30'])).toMatchObject({ code: 0 });
  for (const days of ['0', '-1', '1.5', 'x', '', '1000000'])
    expect(await status([`--checkpoint-age=${days}`])).toMatchObject({ code: 2 });
});

it('warns of keys that are due or overdue for rotation', async () => {
  const set = await vault.cli.run(['key', 'period', 'k', '--days', '30', '--reason', 'scheduled']);
  expect(set, set.stderr).toMatchObject({ code: 0 });
  const later = async (days: string): Promise<DocumentOf<'status'>> => {
    const env = { NODE_OPTIONS: `--import=${LATE}`, CLAVIGER_LATER_DAYS: days };
    return documentOf('status', await status(['--json'], { env }));
  };
  expect((await told(0)).keys).toMatchObject({ due: [], overdue: [] });
  expect(await later('29')).toMatchObject({
    level: 'attention',
    reasons: [{ text: '1 key due for rotation' }],
    keys: { due: ['k'], overdue: [] },
  });
  expect(await later('31')).toMatchObject({
    reasons: [{ text: '1 key overdue for rotation' }],
    keys: { due: [], overdue: ['k'] },
  });
});

it('distinguishes a vault in use from one after a crash, and counts unfinished batches', async () => {
  const file = writeFile(join(vault.home, 'large.bin'), Buffer.alloc(192 * 1024 * 1024, 'x'));
  const running = vault.cli.start(['encrypt', '--key', 'k', file]);
  const engine = await engineOf(running.pid);
  await until(() => vault.records().some(({ action }) => action === 'batch.start'));
  process.kill(running.pid, 'SIGSTOP');
  expect(await told(0)).toMatchObject({ use: 'unlocked', batches: { interrupted: 0 } });
  killNow(running.pid);
  killNow(engine);
  await running.result;

  const left = await told(1);
  expect(left).toMatchObject({
    level: 'attention',
    use: 'interrupted',
    batches: { interrupted: 1 },
  });
  expect(left.reasons.map(({ text }) => text)).toEqual([
    'the last session ended without a lock',
    '1 interrupted batch',
  ]);
  expect(await vault.cli.run(['resume'])).toMatchObject({ code: 0 });
  expect(await told(0)).toMatchObject({ use: 'locked', batches: { interrupted: 0 } });
});

it('counts batches with failed files', async () => {
  const file = writeFile(join(vault.home, 'plain', 'a.txt'), 'a');
  await vault.cli.run(['encrypt', '--key', 'k', file]);
  const sealed = readFileSync(`${file}.clv`);
  writeFileSync(`${file}.clv`, sealed.subarray(0, -1));
  await vault.cli.run(['decrypt', '--out', join(vault.home, 'out'), `${file}.clv`]);
  const document = await told(1);
  expect(document.batches).toEqual({ interrupted: 0, failed: 1 });
  expect(document.reasons.map(({ text }) => text)).toEqual(['1 batch with failed files']);
});

it('is critical if a byte of the ledger or the keystore was changed', async () => {
  const ledger = join(vault.dir, 'ledger.jsonl');
  const sound = readFileSync(ledger);
  const changed = Buffer.from(sound);
  const at = changed.indexOf('hsm-wrapped');
  changed[at] = (changed[at] ?? 0) ^ 1;
  writeFileSync(ledger, changed);
  const result = await status();
  expect(result.code, result.stdout).toBe(4);
  expect(result.stdout).toMatch(/^CRITICAL: vault: /);
  writeFileSync(ledger, sound);
  expect((await status()).code).toBe(0);

  const keystore = join(vault.dir, 'keystore.sqlite');
  const bytes = readFileSync(keystore);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(keystore, bytes);
  expect((await status()).code).toBe(4);
});

it('is critical if the folder was replaced by an older copy', async () => {
  const copy = `${vault.dir}-copy`;
  cpSync(vault.dir, copy, { recursive: true });
  await vault.createKey('later', 'hsm-wrapped', 'host');
  rmSync(vault.dir, { recursive: true });
  renameSync(copy, vault.dir);
  const known = await told(4);
  expect(known.ledger.verified).toBe(true);
  expect(known.reasons[0]).toMatchObject({ level: 'failed' });

  expect(await vault.cli.run(['key', 'create', 'refused'])).toMatchObject({ code: 4 });
  const recorded = await told(4);
  expect(recorded.reasons.map(({ text }) => text).join()).toContain('read-only');
});

it('fails if there is no vault', async () => {
  const env = { CLAVIGER_VAULT: join(vault.home, 'nothing') };
  const none = await status(['--json'], { env });
  expect(none.code).toBe(2);
  expect(JSON.parse(none.stdout)).toMatchObject({
    level: 'failed',
    error: { code: 'vault-not-found' },
  });
  expect(readdirSync(vault.home)).not.toContain('nothing');
});
