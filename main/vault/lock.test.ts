import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VaultLock } from './lock.ts';
import { bootId, startTime } from './process-identity.ts';
import { translate, type Translated } from './testing/process-from.ts';

let program: Translated;
beforeAll(async () => {
  program = await translate(fileURLToPath(new URL('testing/hold-lock.ts', import.meta.url)));
});
afterAll(() => program.remove());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (rounds = 0): ChildProcess =>
  spawn(process.execPath, [program.path, folder, String(rounds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** Resolves to true once the process holds the lock, to false where it failed. */
const holds = (child: ChildProcess): Promise<boolean> =>
  new Promise((resolve) => {
    child.stdout?.once('data', () => {
      resolve(true);
    });
    child.once('exit', () => {
      resolve(false);
    });
  });

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

const plant = async (changes: object): Promise<string> => {
  const holder = {
    pid: process.pid,
    host: hostname(),
    start: await startTime(process.pid),
    boot: await bootId(),
    nonce: '00',
    ...changes,
  };
  const content = JSON.stringify(holder);
  await writeFile(join(folder, 'lock'), content);
  return content;
};

describe('the lock of a vault', () => {
  it('is held by one at a time in one process, and leaves nothing behind', async () => {
    const tries = Array.from({ length: 20 }, () => VaultLock.acquire(folder));
    const results = await Promise.allSettled(tries);
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const lost of results.filter((result) => result.status === 'rejected'))
      expect(lost.reason).toMatchObject({
        code: 'vault-locked',
        message: `The vault is in use by process ${process.pid} on this computer.`,
      });
    expect(await readdir(folder)).toEqual(['lock']);
    await won[0]?.value.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused while another process holds it, and taken over once that was killed', async () => {
    const child = start();
    expect(await holds(child)).toBe(true);
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: `The vault is in use by process ${String(child.pid)} on this computer.`,
    });
    await kill(child);
    const lock = await VaultLock.acquire(folder);
    await lock.release();
    expect((await readdir(folder)).toSorted()).toEqual(['log']);
  });

  it('never lets two processes in, also when each one dies holding it', async () => {
    const [processes, rounds] = [4, 25];
    const children = Array.from({ length: processes }, () => start(rounds));
    const waiting = new Map(children.map((child) => [child, holds(child)]));
    while (waiting.size > 0) {
      const first = [...waiting].map(([child, held]) => held.then((ok) => ({ child, ok })));
      const { child, ok } = await Promise.race(first);
      expect(ok).toBe(true);
      waiting.delete(child);
      await kill(child);
    }
    const log = (await readFile(join(folder, 'log'), 'utf8')).trimEnd().split('\n');
    expect(log).toHaveLength(processes * (rounds + 1));
    expect(new Set(log).size).toBe(processes);
    const lock = await VaultLock.acquire(folder);
    expect((await readdir(folder)).toSorted()).toEqual(['lock', 'log']);
    await lock.release();
  });

  it('of a stale one has exactly one new holder among many takers', async () => {
    for (let round = 0; round < 40; round += 1) {
      await plant({ start: '1', nonce: String(round) });
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => VaultLock.acquire(folder)),
      );
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]?.value.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it.each([
    ['the process id now belongs to another process', { start: '1' }],
    ['the machine was started anew', { boot: 'another' }],
  ])('is stale where %s', async (_, changes) => {
    await plant(changes);
    const lock = await VaultLock.acquire(folder);
    await lock.release();
  });

  it('of another computer is never stale; the words say what to do', async () => {
    const content = await plant({ host: 'vault-room', start: '1' });
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: `The vault is in use by process ${process.pid} on vault-room.`,
      next: expect.stringContaining(join(folder, 'lock')) as string,
    });
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(content);
  });

  it('that cannot be read is never stale', async () => {
    await writeFile(join(folder, 'lock'), '');
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({ code: 'vault-locked' });
  });

  it('is not released by somebody who does not hold it', async () => {
    const lock = await VaultLock.acquire(folder);
    const content = await plant({ nonce: 'other' });
    await lock.release();
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(content);
  });

  it('survives takers that were killed in the middle of a take-over', async () => {
    const stale = await plant({ start: '1' });
    const { createHash } = await import('node:crypto');
    const claim = createHash('sha256').update(stale).digest('hex').slice(0, 32);
    await writeFile(join(folder, `lock.${claim}`), stale.replace('"00"', '"01"'));
    await writeFile(join(folder, 'lock.0123'), stale.replace('"00"', '"02"'));
    const lock = await VaultLock.acquire(folder);
    expect(await readdir(folder)).toEqual(['lock']);
    await lock.release();
  });
});
