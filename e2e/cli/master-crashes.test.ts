import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, tokenNames } from '../support/vaults.ts';

const STEPS = fileURLToPath(new URL('../support/master-steps.mjs', import.meta.url));
/** Many calls in one test: a machine that is busy with other things needs long for them. */
const PATIENCE_MS = 1_800_000;
/** All of them take minutes; otherwise every sixteenth step, others each time. */
const isLong = process.env['CLAVIGER_E2E_EVERY_TOKEN'] === '1';
const EVERY = isLong ? 1 : 16;
const START = Math.floor(Math.random() * EVERY);

const pairs = [
  ['hsm-only', 'token'],
  ['hsm-wrapped', 'host'],
] as const;

it.each(tokenNames)(
  'a rotation of the master keys killed at any step is undone or finished at the next unlock: %s',
  async (token) => {
    const vault = await makeVault(token);
    try {
      const sealed = join(vault.home, 'sealed');
      for (const [custody, bulk] of pairs) {
        await vault.createKey(custody, custody, bulk);
        const file = writeFile(join(vault.home, 'plain', `${custody}.txt`), custody);
        await batchDone(vault.cli, ['encrypt', '--key', custody, '--out', sealed, file]);
      }
      const log = join(vault.home, 'steps');
      const stepsOf = (): string[] => readFileSync(log, 'utf8').trim().split('\n');
      const watched = (more: Readonly<Record<string, string>> = {}): CliOptions => {
        rmSync(log, { force: true });
        return { env: { NODE_OPTIONS: `--import=${STEPS}`, CLAVIGER_STEP_LOG: log, ...more } };
      };
      const rotate = ['master', 'rotate', '--confirm', 'vault'];
      expect(await vault.cli.run(rotate, watched())).toMatchObject({ code: 0 });
      const steps = stepsOf();
      for (const step of ['create after 2', 'wrap after 3', 'destroy after 2', 'rename after 2'])
        expect(steps).toContain(step);
      expect(steps).toContain('record master.rotate after 1');

      for (const step of steps.filter((_step, at) => at % EVERY === START)) {
        const before = vault.records().length;
        const killed = await vault.cli.run(rotate, watched({ CLAVIGER_KILL_AT: step }));
        expect(killed.signal, step).toBe('SIGKILL');
        expect(stepsOf().at(-1), step).toBe(step);

        // The next unlock settles it: every file opens, and the ledger says which it was.
        const status = await vault.cli.run(['status', '--json']);
        const { code, stderr } = await batch(vault.cli, ['verify', sealed]);
        expect(code, `${step}: ${stderr}`).toBe(0);
        const actions = vault
          .records()
          .slice(before)
          .map(({ action }) => action);
        const isSwitched = actions.includes('master.rotate');
        const end = isSwitched ? 'master.destroy' : 'master.rotate-undo';
        const isBegun = actions.includes('master.rotate-start');
        expect(
          actions.filter((action) => action === end),
          step,
        ).toHaveLength(isBegun ? 1 : 0);
        // Unless it was over when it was killed, whoever looks or unlocks is told.
        const isSettled = actions.slice(actions.lastIndexOf('vault.unlock')).includes(end);
        expect(status.stdout.includes('a rotation of the master keys'), step).toBe(isSettled);
        const words = isSwitched ? 'It is finished' : 'It is undone';
        expect(stderr.includes(words), step).toBe(isSettled);
      }
      // What any of them had left in the token would still be there.
      const compared = documentOf('reconciled', await vault.cli.run(['reconcile', '--json']));
      expect(compared).toMatchObject({ findings: [], sound: 4 });
      await vault.expectSound();
    } finally {
      vault.remove();
    }
  },
  PATIENCE_MS,
);
