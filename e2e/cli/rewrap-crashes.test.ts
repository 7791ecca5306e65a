import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { readClv } from '../support/clv.ts';
import { putBack, surviveRewraps } from '../support/rewrap-run.ts';
import { seeded } from '../support/seeded.ts';
import { digestOfFile, filesIn, partsIn, sha256Of, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, type TokenName, usualTokens } from '../support/vaults.ts';

const STEPS = fileURLToPath(new URL('../support/replacing-steps.mjs', import.meta.url));
/** One test makes many calls, which take long on a busy machine. */
const PATIENCE_MS = 1_800_000;
const random = seeded();

let vault: TestVault;
let sealed: string;
/** Encrypted with the version before the newest. */
let original: string;
let log: string;

const begin = async (token: TokenName): Promise<void> => {
  vault = await makeVault(token);
  log = join(vault.home, 'steps');
  await vault.createKey('host', 'hsm-only', 'host');
  await vault.createKey('token', 'resident', 'token');
};

const watched = (more: Readonly<Record<string, string>> = {}): CliOptions => {
  rmSync(log, { force: true });
  return { env: { NODE_OPTIONS: `--import=${STEPS}`, CLAVIGER_STEP_LOG: log, ...more } };
};

const stepsOf = (): string[] => readFileSync(log, 'utf8').trim().split('\n');

const prepare = async (command: string, bulk: string): Promise<void> => {
  const folder = join(vault.home, `${command}-${bulk}`);
  const file = writeFile(join(folder, 'plain', 'a.bin'), random.bytes(300_000));
  await batchDone(vault.cli, ['encrypt', '--key', bulk, '--out', join(folder, 'sealed'), file]);
  sealed = join(folder, 'sealed', 'a.bin.clv');
  original = join(folder, 'original.clv');
  putBack(sealed, original);
  expect(await vault.cli.run(['key', 'rotate', bulk])).toMatchObject({ code: 0 });
};

/** Unchanged, or as the program itself verifies it. */
const expectOpen = async (): Promise<void> => {
  if (sha256Of(sealed) !== sha256Of(original)) await batchDone(vault.cli, ['verify', sealed]);
};

/** All of it takes five minutes; otherwise every fourth step, another one each time. */
const isLong = process.env['CLAVIGER_E2E_EVERY_TOKEN'] === '1';
const START = Math.floor(Math.random() * 4);
const others = [
  ['rewrap', 'token'],
  ['reencrypt', 'host'],
] as const;

describe.each(usualTokens)('with %s', (token) => {
  beforeAll(() => begin(token));
  afterAll(() => vault.remove());

  describe.each([['rewrap', 'host'] as const, ...(isLong ? others : [])])(
    '%s of a file of bulk %s',
    (command, bulk) => {
      it(
        'killed at any of its steps, the file can be decrypted before, during and after',
        async () => {
          await prepare(command, bulk);
          await batchDone(vault.cli, [command, sealed], watched());
          const steps = stepsOf();
          expect(steps).toContain('symlink before 1');
          expect(steps).toContain(`record file.${command} after 1`);
          expect(steps).toContain('rename after 1');
          expect(steps.length).toBeGreaterThan(15);
          const [target] = readClv(sealed).slots;
          const tried = isLong ? steps : steps.filter((_step, at) => at % 4 === START);
          for (const step of tried) {
            putBack(original, sealed);
            const killed = await vault.cli.run(
              [command, sealed],
              watched({ CLAVIGER_KILL_AT: step }),
            );
            expect(killed.signal, step).toBe('SIGKILL');
            expect(stepsOf().at(-1), step).toBe(step);
            await expectOpen();
            const resumed = await vault.cli.run(['resume', '--json']);
            expect(resumed, `${step}: ${resumed.stderr}`).toMatchObject({ code: 0 });
            // Before its plan is stored there is nothing to resume.
            const isNew = readClv(sealed).slots[0]?.version === target?.version;
            if (!isNew) expect(step).toMatch(/^record batch\.start/);
            else await expectOpen();
            expect(partsIn(vault.home), step).toEqual([]);
            expect(filesIn(dirname(sealed)), step).toEqual([sealed]);
            const record = vault.records().findLast(({ action }) => action === `file.${command}`);
            const { algorithm, hex } = digestOfFile(sealed);
            if (isNew) expect(record?.details[algorithm], step).toBe(hex);
          }
          await vault.expectSound();
        },
        PATIENCE_MS,
      );
    },
  );

  describe('a rewrap', () => {
    beforeAll(() => prepare('other', 'host'));

    it('discarded after a crash between record and rename is recorded as not replaced', async () => {
      putBack(original, sealed);
      const kill = { CLAVIGER_KILL_AT: 'rename before 1' };
      expect(await vault.cli.run(['rewrap', sealed], watched(kill))).toMatchObject({
        signal: 'SIGKILL',
      });
      const destroy = ['key', 'destroy', 'host', '--version', '1', '--reason', 'not-needed'];
      const refused = await vault.cli.run([...destroy, '--confirm', 'host']);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('rewraps or re-encrypts files is unfinished');
      expect(await vault.cli.run(['resume', '--abandon'])).toMatchObject({ code: 0 });
      const last = vault
        .records()
        .filter(({ action }) => action.startsWith('file.'))
        .at(-1);
      expect(last).toMatchObject({ action: 'file.publish', outcome: 'failed', code: 'cancelled' });
      const [still] = readClv(sealed).slots;
      expect(last?.details['slots']).toEqual([{ key: still?.key, version: still?.version }]);
      expect(sha256Of(sealed)).toBe(sha256Of(original));
      expect(partsIn(vault.home)).toEqual([]);
    });

    it.each(['record file.rewrap after 1', 'fsync after 1', 'futimesSync before 1'])(
      'a file that somebody changes meanwhile (%s) is kept as it is then',
      async (step) => {
        putBack(original, sealed);
        const { size } = statSync(original);
        const change = { CLAVIGER_CHANGE_AT: step, CLAVIGER_CHANGED_FILE: sealed };
        const { code, files } = await batch(vault.cli, ['rewrap', sealed], watched(change));
        expect(code).toBe(1);
        expect(files).toMatchObject([{ outcome: 'failed', reason: { code: 'source-changed' } }]);
        const bytes = readFileSync(sealed);
        expect(bytes.subarray(0, size).equals(readFileSync(original))).toBe(true);
        expect(bytes.subarray(size).toString()).toBe('changed');
        expect(partsIn(vault.home)).toEqual([]);
        putBack(original, sealed);
        expect(await vault.cli.run(['retry'])).toMatchObject({ code: 0 });
        const [was, is] = [original, sealed].map((file) => readClv(file).slots[0]?.version ?? 0);
        expect(is).toBe((was ?? 0) + 1);
      },
    );
  });

  it(
    `survives kill -9 at random points over many files (seed ${random.seed})`,
    () => surviveRewraps({ token, random, files: 250, kills: 8, milliseconds: 700 }),
    PATIENCE_MS,
  );
});
