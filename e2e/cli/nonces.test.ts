import { readdirSync, readFileSync } from 'node:fs';
import { dirname, basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bulk, Custody } from '../../shared/keys.ts';
import { batchDone } from '../support/batches.ts';
import { enginesOf, isAlive, killNow, until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import { differences, filesIn, partsIn, randomTree, snapshotOf } from '../support/trees.ts';
import { makeVault, type TestVault, type TokenName, tokenNames } from '../support/vaults.ts';

const SPY = fileURLToPath(new URL('../support/nonce-spy.mjs', import.meta.url));
const MIB = 1024 * 1024;
const SEGMENT = 262_144;
const shape = { files: 300, most: 2_000, sizes: [9 * MIB, 8 * MIB + 1] };
const WORKER_DEATHS = 3;

/** Each pair on one of the tokens, except two that do not differ in this respect. */
const pairs: Readonly<Record<TokenName, readonly (readonly [Custody, Bulk, string])[]>> = {
  SoftHSM2: [
    ['hsm-only', 'token', 'token'],
    ['resident', 'host', 'software'],
  ],
  'NSS softokn': [
    ['resident', 'token', 'token'],
    ['hsm-wrapped', 'host', 'software'],
  ],
};

interface Use {
  readonly key: string;
  readonly nonce: string;
  readonly where: string;
  readonly thread: string;
}

const usesOf = (log: string): Use[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key = '', nonce = '', where = '', thread = ''] = line.split(' ');
      return { key, nonce, where, thread };
    });

/** Seal, metadata and content segments of every file: the least that one undisturbed pass uses. */
const leastUses =
  shape.files * 2 + shape.sizes.reduce((sum, size) => sum + 2 + Math.ceil(size / SEGMENT), 0);

describe.each(tokenNames)('with %s', (token) => {
  let vault: TestVault;
  let plain: string;

  beforeAll(async () => {
    vault = await makeVault(token);
    plain = randomTree(join(vault.home, 'plain'), seeded(13), shape);
  });

  afterAll(() => vault.remove());

  it.each(pairs[token])(
    'no nonce is used twice with a key, whatever is lost (%s/%s)',
    async (custody, bulk, where) => {
      const name = `${custody}-${bulk}`;
      const log = join(vault.home, `${name}.log`);
      const env = {
        NODE_OPTIONS: `--import=${SPY}`,
        CLAVIGER_NONCE_LOG: log,
        CLAVIGER_WORKER_DEATHS: String(WORKER_DEATHS),
      };
      const create = ['key', 'create', name, '--custody', custody, '--bulk', bulk];
      expect(await vault.cli.run(create, { env })).toMatchObject({ code: 0 });
      const out = join(vault.home, name);
      const args = ['encrypt', '--json', '--key', name, '--out', out, plain];

      // The engine is killed, then everything, then the engine of the resumed batch.
      const running = vault.cli.start(args, { env });
      await killEngineAfter(running.pid, out, 1);
      await until(() => finished(out) > 90 || !isAlive(running.pid));
      killNow(running.pid);
      await running.result;
      const resuming = vault.cli.start(['resume', '--json'], { env });
      await killEngineAfter(resuming.pid, out, 200);
      const resumed = await resuming.result;
      // A file that was in progress at every loss has failed: it is tried once more.
      const last = resumed.code === 1 ? await vault.cli.run(['retry', '--json'], { env }) : resumed;
      expect(last, last.stderr).toMatchObject({ code: 0 });

      const opened = join(vault.home, `${name}-opened`);
      await batchDone(vault.cli, ['decrypt', '--out', opened, join(out, 'plain')]);
      expect(differences(snapshotOf(plain), snapshotOf(join(opened, 'plain')))).toEqual([]);
      expect(partsIn(out)).toEqual([]);

      const uses = usesOf(log);
      const pairs = new Set(uses.map(({ key, nonce }) => `${key} ${nonce}`));
      expect(pairs.size).toBe(uses.length);
      // The spy saw the work where it is done, and the losses were real.
      expect(
        uses.filter((use) => use.where === where && use.thread === 'worker').length,
      ).toBeGreaterThan(leastUses);
      const deaths = readdirSync(dirname(log)).filter((file) =>
        file.startsWith(`${basename(log)}.death-`),
      );
      expect(deaths).toHaveLength(WORKER_DEATHS);
    },
  );
});

const finished = (out: string): number =>
  filesIn(out).filter((file) => file.endsWith('.clv')).length;

const killEngineAfter = async (pid: number, out: string, files: number): Promise<void> => {
  const engine = await until(() => enginesOf(pid)[0]);
  await until(() => finished(out) >= files || !isAlive(pid));
  killNow(engine);
};
