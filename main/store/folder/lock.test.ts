import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { translate, type Translated } from '../../thread/testing/process-from.ts';
import { VaultLock } from './lock.ts';
import { bootId, machineId, ownStartTime, pidNamespace } from './process-identity.ts';

let program: Translated;
beforeAll(async () => {
  program = await translate(fileURLToPath(new URL('../testing/hold-lock.ts', import.meta.url)));
});
afterAll(() => program.remove());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** @param through a command that runs the process in its turn, like unshare */
const start = (rounds: number | 'once' = 0, through: readonly string[] = []): ChildProcess => {
  const [command, ...args] = [...through, process.execPath, program.path, folder, String(rounds)];
  return spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
};

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

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', () => resolve('it ended'));
  });

const plant = async (changes: object): Promise<string> => {
  const holder = {
    pid: process.pid,
    host: hostname(),
    start: await ownStartTime(),
    boot: await bootId(),
    machine: await machineId(),
    pidNamespace: await pidNamespace(),
    flock: false,
    nonce: '00',
    ...changes,
  };
  const content = JSON.stringify(holder);
  await writeFile(join(folder, 'lock'), content);
  return content;
};

/** A lock whose holder has given no sign of life for long. */
const plantSilent = async (changes: object): Promise<string> => {
  const content = await plant(changes);
  await utimes(join(folder, 'lock'), 0, 0);
  return content;
};

const elsewhere = { machine: 'another', boot: 'another', pidNamespace: 'another' };
/** What the first builds wrote. */
const firstBuilds = { machine: undefined, pidNamespace: undefined, flock: undefined };

describe('the lock of a vault', () => {
  it('is held by one at a time in one process, and leaves nothing', async () => {
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

  it('never admits two processes, even if each one dies while holding it', async () => {
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

  it('if stale is taken over by exactly one of many processes', async () => {
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
    ['the machine was started anew under another name', { boot: 'another', host: 'old-name' }],
    ['the machine was given another name meanwhile', { start: '1', host: 'old-name' }],
    ['a first build crashed', { ...firstBuilds, start: '1' }],
    ['the machine of a first build was started anew', { ...firstBuilds, boot: 'another' }],
  ])('is stale where %s', async (_, changes) => {
    await plantSilent(changes);
    const lock = await VaultLock.acquire(folder);
    await lock.release();
  });

  it.each([
    ['another machine of the same name', { machine: 'another', boot: 'another' }],
    ['another PID namespace', { pidNamespace: 'pid:[1]' }],
    ['something unreadable', { pid: -1 }],
  ])('is not stale where it is of %s', async (_, changes) => {
    const content = await plantSilent({ start: '1', ...changes });
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: expect.stringContaining('as far as Claviger can tell') as string,
      next: expect.stringContaining(join(folder, 'lock')) as string,
    });
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(content);
  });

  it('of a clone of this machine is live while it is refreshed', async () => {
    await plant({ boot: 'another' });
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({ code: 'vault-locked' });
  });

  it('is refreshed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const lock = await VaultLock.acquire(folder);
      await utimes(join(folder, 'lock'), 0, 0);
      await vi.advanceTimersByTimeAsync(3_000);
      await vi.waitFor(async () =>
        expect((await stat(join(folder, 'lock'))).mtimeMs).toBeGreaterThan(0),
      );
      await lock.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['a link', (path: string) => symlink(join(folder, 'target'), path)],
    ['a folder', (path: string) => mkdir(path)],
    ['a pipe', (path: string) => Promise.resolve(void execFileSync('mkfifo', [path]))],
    ['a large file', (path: string) => writeFile(path, Buffer.alloc(1 << 20))],
  ])('is refused, not followed and not waited for where it is %s', async (_, put) => {
    await writeFile(join(folder, 'target'), 'untouched');
    await put(join(folder, 'lock'));
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: 'What is in the place of the vault’s lock file is not a lock file.',
    });
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('untouched');
    expect((await readdir(folder)).toSorted()).toEqual(['lock', 'target']);
  });

  it('of another computer is never stale; the message says what to do', async () => {
    const content = await plant({ ...elsewhere, host: 'vault-room', start: '1' });
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: `The vault is in use by process ${process.pid} on vault-room, as far as Claviger can tell.`,
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

  it('survives processes that were killed during a takeover', async () => {
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

const unshare = ['unshare', '--fork', '--kill-child', '--pid'];
const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;
const hasFlock = spawnSync('flock', ['--version']).status === 0;

describe.runIf(canUnshare && hasFlock)('the lock of a vault between sandboxes', () => {
  const sandboxes = [
    ['with a /proc of its own', [...unshare, '--mount-proc']],
    ['with the /proc of the computer', unshare],
    ['of another name', [...unshare, '--uts', 'sh', '-c', 'hostname sandbox; exec "$@"', 'sh']],
  ] as const;

  /** What runs in a sandbox ends a moment after the command that made it. */
  const untilTaken = async (): Promise<void> => {
    const lock = await VaultLock.acquire(folder).catch(() => null);
    await (lock === null ? untilTaken() : lock.release());
  };

  it.each(sandboxes)('is held against a sandbox %s, and by it', async (_, through) => {
    const lock = await VaultLock.acquire(folder);
    const refused = start('once', through);
    expect(await firstLine(refused)).toContain('in another container or sandbox of this computer');
    await kill(refused);
    await lock.release();

    const holder = start('once', through);
    expect(await firstLine(holder)).toBe('held');
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      code: 'vault-locked',
      message: expect.stringContaining('in another container or sandbox') as string,
    });
    await kill(holder);
    await untilTaken();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is never taken by two sandboxes at once, though the process ids are the same', async () => {
    const children = Array.from({ length: 6 }, () => start('once', [...unshare, '--mount-proc']));
    const said = await Promise.all(children.map(firstLine));
    expect(said.filter((each) => each === 'held')).toHaveLength(1);
    for (const each of said) if (each !== 'held') expect(each).toContain('The vault is in use by');
    await Promise.all(children.map(kill));
  });

  it('is refused permanently if the system has no flock and the sandbox has ended', async () => {
    vi.stubEnv('PATH', '');
    const holder = start('once', [...unshare.with(0, '/usr/bin/unshare'), '--mount-proc']);
    expect(await firstLine(holder)).toBe('held');
    await kill(holder);
    await expect(VaultLock.acquire(folder)).rejects.toMatchObject({
      message: expect.stringContaining('as far as Claviger can tell') as string,
      next: expect.stringContaining(`delete the file ${join(folder, 'lock')}`) as string,
    });
    vi.unstubAllEnvs();
  });
});
