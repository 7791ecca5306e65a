import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { childrenOf, isAlive, openFilesOf, engineOf, until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import {
  digestOfFile,
  filesIn,
  partsIn,
  pathsIn,
  randomTree,
  snapshotOf,
} from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const MIB = 1024 * 1024;

describe.each(usualTokens)('Ctrl-C with %s', (token) => {
  let vault: TestVault;
  const random = seeded(10);

  beforeAll(async () => {
    vault = await makeVault(token);
    await vault.createKey('k', 'hsm-only', 'token');
  });

  afterAll(() => vault.remove());

  it('keeps the finished files and leaves no partial ones', async () => {
    const plain = randomTree(join(vault.home, 'many'), random, { files: 1_500, most: 2_000 });
    const before = snapshotOf(plain);
    const out = join(vault.home, 'many-out');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    const engine = await engineOf(running.pid);
    await until(() => filesIn(out).some((file) => file.endsWith('.clv')));
    // As a terminal does: to every foreground process.
    for (const pid of [running.pid, engine]) process.kill(pid, 'SIGINT');
    const result = await running.result;

    const { files, interrupted } = documentOf('batch', result);
    expect(interrupted).toBeNull();
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('Cancelling');
    const done = files.filter(({ outcome }) => outcome === 'done');
    const cancelled = files.filter(({ outcome }) => outcome === 'cancelled');
    expect(done.length).toBeGreaterThan(0);
    expect(cancelled.length).toBeGreaterThan(0);
    expect(done.length + cancelled.length).toBe(1_500);
    expect(filesIn(out)).toEqual(done.map(({ output }) => output).sort());
    for (const { output, digest } of done) expect(digest).toEqual(digestOfFile(output ?? ''));
    expect(snapshotOf(plain)).toEqual(before);
    expect(isAlive(engine)).toBe(false);
    await batchDone(vault.cli, ['verify', out]);
    const waiting = documentOf('waiting', await vault.cli.run(['resume', '--list', '--json']));
    expect(waiting.batches).toEqual([]);
    await vault.expectSound();
  });

  it('cancels a report while its PDF is being drawn', async () => {
    const out = join(vault.home, 'reports');
    mkdirSync(out);
    const json = join(out, 'activity.json');
    const running = vault.cli.start(['report', '--pdf', '--out', json]);
    await until(() => existsSync(json));
    process.kill(running.pid, 'SIGINT');
    const result = await running.result;
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('The export was cancelled.');
    expect(readdirSync(out)).toEqual([]);
    expect(vault.records().map(({ action }) => action)).toContain('report.cancel');
    await vault.expectSound();
  });

  it('stops in the middle of a large file', async () => {
    const plain = randomTree(join(vault.home, 'large'), random, {
      files: 0,
      most: 0,
      sizes: [96 * MIB],
    });
    const out = join(vault.home, 'large-out');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    await until(() => partsIn(out)[0]);
    process.kill(running.pid, 'SIGINT');
    const result = await running.result;
    expect(documentOf('batch', result).files).toMatchObject([
      { outcome: 'cancelled', reason: { code: 'cancelled' } },
    ]);
    expect(result.code).toBe(1);
    expect(filesIn(out)).toEqual([]);
    await vault.expectSound();
  });

  it.each(['rewrap', 'reencrypt'])('stops a %s, and the file stays unchanged', async (command) => {
    const plain = randomTree(join(vault.home, `${command}-plain`), random, {
      files: 0,
      most: 0,
      sizes: [256 * MIB],
    });
    const out = join(vault.home, command);
    await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', out, plain]);
    const before = snapshotOf(out);
    expect(await vault.cli.run(['key', 'rotate', 'k'])).toMatchObject({ code: 0 });
    const running = vault.cli.start([command, '--json', out]);
    await until(() => partsIn(out).find((file) => file.endsWith('.part')));
    process.kill(running.pid, 'SIGINT');
    const result = await running.result;
    expect(documentOf('batch', result).files).toMatchObject([
      { outcome: 'cancelled', reason: { code: 'cancelled' } },
    ]);
    expect(result.code).toBe(1);
    expect(snapshotOf(out)).toEqual(before);
    expect(partsIn(out)).toEqual([]);
    const waiting = documentOf('waiting', await vault.cli.run(['resume', '--list', '--json']));
    expect(waiting.batches).toEqual([]);
    await batchDone(vault.cli, ['verify', out]);
    await vault.expectSound();
  });

  it('pressed twice exits at once, and resume cleans up', async () => {
    const plain = randomTree(join(vault.home, 'twice'), random, {
      files: 0,
      most: 0,
      sizes: [97 * MIB],
    });
    const out = join(vault.home, 'twice-out');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'k', '--out', out, plain]);
    const engine = await engineOf(running.pid);
    await until(() => partsIn(out)[0]);
    process.kill(running.pid, 'SIGSTOP');
    process.kill(running.pid, 'SIGINT');
    process.kill(running.pid, 'SIGTERM');
    process.kill(running.pid, 'SIGCONT');
    const result = await running.result;
    expect(result).toMatchObject({ code: 130, stdout: '' });
    await until(() => !isAlive(engine));
    const resumed = documentOf('resumed', await vault.cli.run(['resume', '--json']));
    expect(resumed.batches).toMatchObject([{ files: [{ outcome: 'done' }] }]);
    expect(partsIn(out)).toEqual([]);
    await batchDone(vault.cli, ['verify', out]);
    await vault.expectSound();
  });

  it('pressed twice also exits if the driver hangs', async () => {
    const plain = randomTree(join(vault.home, 'hangs'), random, {
      files: 0,
      most: 0,
      sizes: [98 * MIB],
    });
    const out = join(vault.home, 'hangs-out');
    const running = vault.cli.start(['encrypt', '--key', 'k', '--out', out, plain]);
    const engine = await engineOf(running.pid);
    await until(() => partsIn(out)[0]);
    process.kill(engine, 'SIGSTOP');
    process.kill(running.pid, 'SIGINT');
    await until(() => running.stderrSoFar().includes('Cancelling'));
    process.kill(running.pid, 'SIGINT');
    expect(await running.result).toMatchObject({ code: 130 });
    await until(() => !isAlive(engine));
    await vault.cli.run(['resume', '--abandon']);
    expect(filesIn(out)).toEqual([]);
    await vault.expectSound();
  });

  it('while reading back leaves a complete output and the original', async () => {
    const plain = randomTree(join(vault.home, 'back'), random, {
      files: 0,
      most: 0,
      sizes: [64 * MIB],
    });
    const [original = ''] = filesIn(plain);
    const out = join(vault.home, 'back-out');
    const args = ['encrypt', '--json', '--key', 'k', '--delete-originals', '--out', out, plain];
    const running = vault.cli.start(args);
    const engine = await engineOf(running.pid);
    const output = join(out, 'back', 'large-67108864.bin.clv');
    await until(() => existsSync(output) && openFilesOf(engine).includes(output));
    process.kill(running.pid, 'SIGINT');
    const result = await running.result;
    const { files } = documentOf('batch', result);
    expect(files).toMatchObject([{ outcome: 'done', originalDeleted: false }]);
    expect(result.code).toBe(1);
    expect(existsSync(original)).toBe(true);
    await batchDone(vault.cli, ['verify', out]);
  });
});

it('leaves no process, however the command ends', async () => {
  const vault = await makeVault();
  try {
    await vault.createKey('k', 'hsm-only', 'host');
    const plain = randomTree(join(vault.home, 'plain'), seeded(11), {
      files: 0,
      most: 0,
      sizes: [64 * MIB],
    });
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
      const running = vault.cli.start([
        'encrypt',
        '--key',
        'k',
        '--out',
        join(vault.home, signal),
        plain,
      ]);
      const engine = await engineOf(running.pid);
      await until(() => partsIn(join(vault.home, signal))[0]);
      process.kill(running.pid, signal);
      await running.result;
      await until(() => !isAlive(engine) && childrenOf(running.pid).length === 0);
      await vault.cli.run(['resume', '--abandon']);
      expect(pathsIn(join(vault.home, signal)).filter((path) => path.endsWith('.part'))).toEqual(
        [],
      );
      await vault.expectSound();
    }
  } finally {
    vault.remove();
  }
});
