import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from './start.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = (program: string, name = 'engine.mjs'): URL => {
  const file = path.join(folder, name);
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

it('an engine that has ended can be stopped repeatedly, and its end stays known', async () => {
  const engine = startEngine(script('process.exit(7);'));
  await expect(engine.caller.call('logout', null)).rejects.toMatchObject({ code: 'engine-lost' });
  for (let time = 0; time < 3; time++) await engine.stop();
  await expect(engine.exited).resolves.toMatchObject({ asked: false, code: 7 });
});

it('an engine whose parent has ended exits silently', async () => {
  const channels = new URL('../../out/main/rpc/channels.js', import.meta.url);
  const start = new URL('../../out/main/engine/start.js', import.meta.url);
  // It answers for a while longer, like an engine whose driver is busy.
  const engine = script(`
    import { parentChannel } from ${JSON.stringify(channels.href)};
    const channel = parentChannel(process);
    const answer = () => channel.post({ kind: 'progress', id: 1, bytes: 1 });
    answer();
    setInterval(answer, 1);
    channel.onClose(() => setTimeout(() => process.exit(), 50));`);
  const program = script(
    `import { startEngine } from ${JSON.stringify(start.href)};
     const { caller } = startEngine(new URL(${JSON.stringify(engine.href)}));
     caller.call('logout', null).catch(() => undefined);
     setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);`,
    'parent.mjs',
  );
  const parent = spawn(process.execPath, [fileURLToPath(program)]);
  const errors = await text(parent.stderr);
  expect(errors).toBe('');
  expect(parent.signalCode).toBe('SIGKILL');
});
