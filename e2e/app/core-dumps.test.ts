import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, type TestContext } from 'vitest';
import { dumpRulesOf, dumpsIn, letMemoryIn, whyNoDumps } from '../support/core-dumps.ts';
import { argumentsOf, childrenOf, isAlive, until } from '../support/processes.ts';
import { Driver } from './support/driver.ts';
import { makeVault, test } from './support/test.ts';

const allBelow = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(allBelow)];

const pageOf = ({ app }: Driver): Promise<number> =>
  app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  );

const crash = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGSEGV');
  await until(() => !isAlive(pid));
};

describe.runIf(process.platform === 'linux')('a core dump', () => {
  test('is not left behind by any process of the app', async ({ home, vault }) => {
    const pids = allBelow(vault.app.process().pid ?? 0);
    const page = await pageOf(vault);
    expect(pids).toContain(page);
    for (const pid of pids)
      expect(dumpRulesOf(pid), argumentsOf(pid)).toEqual({ filter: 0, limit: '0 0' });

    const engine = await vault.app.evaluate(
      ({ app }) => app.getAppMetrics().find(({ name }) => name === 'claviger-engine')?.pid ?? 0,
    );
    for (const pid of [engine, page]) await crash(pid);
    for (const folder of [home, process.cwd()])
      expect((await readdir(folder)).filter((name) => name.startsWith('core'))).toEqual([]);
  });

  const TYPED = '7160-5938-2247-typed';

  /** Whether a dump of the page contains a typed PIN, on systems that write dumps. */
  const dumpHoldsPin = async (
    home: string,
    skip: TestContext['skip'],
    prepare: (page: number) => void,
  ): Promise<boolean> => {
    const obstacle = whyNoDumps(home);
    skip(obstacle !== null, obstacle ?? '');
    const cwd = path.join(home, 'dumps');
    await mkdir(cwd);
    // As on a system without the command that limits the size.
    const app = await Driver.start({ home, cwd, env: { PATH: '/nowhere' } });
    try {
      await makeVault(app);
      await app.reloads(() => app.call('session.lock', null));
      await app.page.getByLabel('Token PIN').fill(TYPED);
      const page = await pageOf(app);
      execFileSync('prlimit', [`--pid=${page}`, '--core=unlimited']);
      prepare(page);
      await crash(page);
      const [dump = '', ...others] = dumpsIn(cwd);
      expect([dump, others]).toEqual([expect.stringContaining('core'), []]);
      return spawnSync('grep', ['-qaF', TYPED, dump]).status === 0;
    } finally {
      await app.stop();
    }
  };

  test('of the page contains no PIN if only the size limit is missing', async ({ home, skip }) => {
    expect(await dumpHoldsPin(home, skip, () => undefined)).toBe(false);
  });

  test('of the page would contain it otherwise', async ({ home, skip }) => {
    expect(await dumpHoldsPin(home, skip, letMemoryIn)).toBe(true);
  });
});
