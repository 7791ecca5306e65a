import { existsSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { enginesOf, engineOf, isAlive, killNow, openFilesOf, until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import {
  differences,
  digestOfFile,
  filesIn,
  partsIn,
  randomTree,
  snapshotOf,
  writeFile,
} from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const MIB = 1024 * 1024;
/** The message for a missing token; NSS reports it differently. */
const gone = /token|database/i;
const shape = { files: 260, most: 3_000, sizes: [18 * MIB, 18 * MIB + 1] };

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  let plain: string;

  beforeAll(async () => {
    vault = await makeVault(token);
    await vault.createKey('host', 'hsm-only', 'host');
    await vault.createKey('token', 'resident', 'token');
    plain = randomTree(join(vault.home, 'plain'), seeded(12), shape);
  });

  afterAll(() => vault.remove());

  /** Everything is encrypted exactly once and decrypts to what it was. */
  const expectComplete = async (out: string): Promise<void> => {
    expect(partsIn(out)).toEqual([]);
    expect(filesIn(out)).toHaveLength(shape.files + shape.sizes.length);
    const opened = `${out}-opened`;
    await batchDone(vault.cli, ['decrypt', '--out', opened, join(out, 'plain')]);
    expect(differences(snapshotOf(plain), snapshotOf(join(opened, 'plain')))).toEqual([]);
    await vault.expectSound();
  };

  it.each(['host', 'token'])(
    'continues automatically if the engine is killed (key %s)',
    async (key) => {
      const out = join(vault.home, `killed-${key}`);
      const running = vault.cli.start(['encrypt', '--json', '--key', key, '--out', out, plain]);
      const killed = new Set<number>();
      for (const files of [1, 160]) {
        const engine = await until(() => enginesOf(running.pid).find((pid) => !killed.has(pid)));
        await until(
          () =>
            filesIn(out).filter((file) => file.endsWith('.clv')).length >= files ||
            !isAlive(running.pid),
        );
        killed.add(engine);
        killNow(engine);
      }
      const result = await running.result;
      expect(result, result.stderr).toMatchObject({ code: 0 });
      const receipts = documentOf('batch', result).files;
      expect(receipts.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
      for (const { output, digest } of receipts) expect(digest).toEqual(digestOfFile(output ?? ''));
      const lost = vault.records().filter(({ action }) => action === 'engine.lost');
      expect(lost.at(-1)).toMatchObject({ code: 'engine-lost', details: { signal: 'SIGKILL' } });
      await expectComplete(out);
    },
  );

  it.each([1, 120])(
    'ignores an engine that was stopped and continues after the batch was resumed (%i files)',
    async (files) => {
      const out = join(vault.home, `stopped-${files}`);
      const running = vault.cli.start(['encrypt', '--key', 'host', '--out', out, plain]);
      const engine = await engineOf(running.pid);
      try {
        await until(() => filesIn(out).filter((file) => file.endsWith('.clv')).length >= files);
        process.kill(engine, 'SIGSTOP');
        killNow(running.pid);
        const resumed = await vault.cli.run(['resume', '--json']);
        expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
        const before = snapshotOf(out);
        process.kill(engine, 'SIGCONT');
        await until(() => openFilesOf(engine).length === 0);
        expect(differences(before, snapshotOf(out))).toEqual([]);
      } finally {
        killNow(engine);
      }
      await running.result;
      await expectComplete(out);
    },
  );

  it('gives up after some losses with a message, and resume finishes', async () => {
    // Files that take long, so that no engine finishes one before it is killed. One more than are in
    // progress at a time: those fail after three losses, and the batch gives up at the fourth.
    const names = ['1', '2', '3', '4', '5'];
    const long = join(vault.home, 'long');
    for (const name of names) truncateSync(writeFile(join(long, name), name), 192 * MIB);
    const out = join(vault.home, 'gives-up');
    const running = vault.cli.start(['encrypt', '--json', '--key', 'host', '--out', out, long]);
    const killer = (async (): Promise<void> => {
      // Every engine is killed as soon as it has started to write.
      while (isAlive(running.pid)) {
        const engine = await until(
          () => enginesOf(running.pid)[0] ?? (isAlive(running.pid) ? null : -1),
        );
        await until(
          () =>
            // A file, not only the folder, which is open too.
            openFilesOf(engine).some((open) => open.startsWith(join(out, 'long', '/'))) ||
            !isAlive(engine) ||
            !isAlive(running.pid),
        );
        if (engine > 0) killNow(engine);
      }
    })();
    const result = await running.result;
    await killer;
    const { interrupted, files } = documentOf('batch', result);
    expect(interrupted).toContain('engine');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('claviger resume');
    expect(files.map(({ outcome }) => outcome)).not.toContain('done');
    expect(filesIn(out)).toEqual([]);

    // A file with which the engine was lost every time has failed, and is tried again on request.
    const resumed = await vault.cli.run(['resume', '--json']);
    expect(resumed, resumed.stderr).toMatchObject({ code: 1 });
    const retried = await vault.cli.run(['retry', '--json']);
    expect(retried, retried.stderr).toMatchObject({ code: 0 });
    expect(await batchDone(vault.cli, ['verify', out])).toHaveLength(names.length);
    await vault.expectSound();
  });

  it.each([true, false])(
    'reports that the token is missing, and continues when it is back (restart %s)',
    async (restart) => {
      const out = join(vault.home, `removed-${String(restart)}`);
      const running = vault.cli.start(['encrypt', '--json', '--key', 'host', '--out', out, plain]);
      const engine = await engineOf(running.pid);
      await until(() => filesIn(out).some((file) => file.endsWith('.clv')));
      const away = `${vault.tokenDir}-away`;
      renameSync(vault.tokenDir, away);
      // A library may continue from memory until the engine has to open it again.
      if (restart) killNow(engine);
      const result = await running.result;
      const { interrupted, files } = documentOf('batch', result);
      if (restart) expect(result.code).toBe(3);
      expect(result.code).toBe(interrupted === null ? 0 : 3);
      expect(partsIn(out)).toEqual([]);
      const done = files.filter(({ outcome }) => outcome === 'done');
      expect(filesIn(out)).toEqual(done.map(({ output }) => output).sort());

      const without = await vault.cli.run(['token', 'probe', '--json']);
      expect(without.code).toBe(3);
      expect(documentOf('error', without).error.cause).toMatch(gone);
      expect(existsSync(vault.tokenDir) ? filesIn(vault.tokenDir) : []).toEqual([]);
      if (existsSync(vault.tokenDir)) renameSync(vault.tokenDir, `${vault.tokenDir}-made`);
      renameSync(away, vault.tokenDir);
      const resumed = await vault.cli.run(['resume', '--json']);
      expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
      await expectComplete(out);
    },
  );

  it('reports that the token is missing before anything is written', async () => {
    const out = join(vault.home, 'never');
    const away = `${vault.tokenDir}-away`;
    renameSync(vault.tokenDir, away);
    try {
      const result = await vault.cli.run([
        'encrypt',
        '--json',
        '--key',
        'host',
        '--out',
        out,
        plain,
      ]);
      expect(result.code).toBe(3);
      expect(documentOf('error', result).error.cause).toMatch(gone);
      expect(existsSync(out)).toBe(false);
    } finally {
      renameSync(away, vault.tokenDir);
    }
    await vault.expectSound();
  });
});
