import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { dumpRulesOf } from '../support/core-dumps.ts';
import { isAlive, until } from '../support/processes.ts';
import { test } from './support/test.ts';

test('leaves no core dump of the program or of its engine', async ({ home, vault, skip }) => {
  skip(process.platform !== 'linux', 'elsewhere dumps are the system’s matter');
  const pids = await vault.app.evaluate(({ app }) =>
    app
      .getAppMetrics()
      .filter(({ type, name }) => type === 'Browser' || name === 'claviger-engine')
      .map(({ pid }) => pid),
  );
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(dumpRulesOf(pid)).toEqual({ filter: 0, limit: '0 0' });

  const engine = pids[1] ?? 0;
  process.kill(engine, 'SIGSEGV');
  await until(() => !isAlive(engine));
  expect((await readdir(home)).filter((name) => name.startsWith('core'))).toEqual([]);
  expect((await readdir(process.cwd())).filter((name) => name.startsWith('core'))).toEqual([]);
});
