import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from './start.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = (program: string): URL => {
  const file = path.join(folder, 'engine.mjs');
  writeFileSync(file, program);
  return pathToFileURL(file);
};

it('an engine that the system does not start is lost, and nobody waits for it', async () => {
  const { execPath } = process;
  process.execPath = path.join(folder, 'not-there');
  try {
    const engine = startEngine(script(''));
    await expect(engine.caller.call('logout', null)).rejects.toMatchObject({ code: 'engine-lost' });
    await engine.stop();
    await expect(engine.exited).resolves.toMatchObject({ code: null });
  } finally {
    process.execPath = execPath;
  }
});

it('an engine that is gone can be stopped as often as one likes, and its end stays known', async () => {
  const engine = startEngine(script('process.exit(7);'));
  await expect(engine.caller.call('logout', null)).rejects.toMatchObject({ code: 'engine-lost' });
  for (let time = 0; time < 3; time++) await engine.stop();
  await expect(engine.exited).resolves.toMatchObject({ asked: false, code: 7 });
});
