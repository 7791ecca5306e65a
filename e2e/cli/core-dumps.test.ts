import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  dumpRulesOf,
  dumpsIn,
  letMemoryIn,
  MAY_DUMP,
  MAY_DUMP_WITHOUT_PRLIMIT,
  whyNoDumps,
} from '../support/core-dumps.ts';
import { OtherSoftware } from '../support/other-software.ts';
import { engineOf, isAlive, killNow, until } from '../support/processes.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

/** A file that takes long enough. */
const LARGE = 400 * 1024 * 1024;

const hasPart = (out: string): boolean =>
  existsSync(out) &&
  readdirSync(out).some((name) => name.endsWith('.part') && statSync(join(out, name)).size > 0);

const holds = (dump: string | undefined, secret: Buffer): boolean => {
  if (dump === undefined) throw new Error('there is no dump to look into');
  return readFileSync(dump).includes(secret);
};

describe.runIf(process.platform === 'linux')('a core dump', () => {
  let vault: TestVault;
  let file: string;
  let secret: Buffer;
  let obstacle: string | null;

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('fast', 'hsm-wrapped', 'host');
    file = writeFile(join(vault.home, 'large.bin'), Buffer.alloc(LARGE, 'x'));
    secret = (await OtherSoftware.open(vault)).extract('fast');
    obstacle = whyNoDumps(vault.home);
  });
  afterAll(() => vault.remove());

  /** Crashes the command line or its engine during a batch, and returns the dump, if there is one. */
  const crash = async (
    { skip }: TestContext,
    name: string,
    who: 'main' | 'engine',
    prepare: (pid: number) => void,
    through = MAY_DUMP,
  ): Promise<string[]> => {
    skip(obstacle !== null, obstacle ?? '');
    const place = join(vault.home, name);
    mkdirSync(place);
    const out = join(place, 'out');
    const running = vault.cli.start(['encrypt', '--key', 'fast', '--out', out, file], {
      cwd: place,
      through,
    });
    try {
      const engine = await engineOf(running.pid);
      // The key is in memory once the output is being written.
      await until(() => hasPart(out));
      const pid = who === 'main' ? running.pid : engine;
      prepare(pid);
      process.kill(pid, 'SIGSEGV');
      await until(() => !isAlive(pid));
      await running.result;
      return dumpsIn(place);
    } finally {
      killNow(running.pid);
    }
  };

  for (const who of ['main', 'engine'] as const)
    it(`of the ${who} process is not written`, async (context) => {
      const left = await crash(context, `none-${who}`, who, (pid) =>
        expect(dumpRulesOf(pid)).toEqual({ filter: 0, limit: '0 0' }),
      );
      expect(left).toEqual([]);
    });

  it('contains no key if only the size limit is missing', async (context) => {
    const rules = { filter: 0, limit: 'unlimited unlimited' };
    const check = (pid: number): void => expect(dumpRulesOf(pid)).toEqual(rules);
    const dumps = await crash(context, 'filtered', 'engine', check, MAY_DUMP_WITHOUT_PRLIMIT);
    expect(dumps).toHaveLength(1);
    expect(holds(dumps[0], secret)).toBe(false);
  });

  it('would contain it otherwise', async (context) => {
    const dumps = await crash(context, 'whole', 'engine', letMemoryIn, MAY_DUMP_WITHOUT_PRLIMIT);
    expect(dumps).toHaveLength(1);
    expect(holds(dumps[0], secret)).toBe(true);
  });
});
