import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import type { CliResult } from '../support/cli.ts';
import { documentOf } from '../support/documents.ts';
import { disconnect, type Mount, mountImage, whyNoImage } from '../support/mounts.ts';
import { killNow, until } from '../support/processes.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

// A stick that was pulled out, a share whose server is down: the mount stays, but every access fails.

const reason = whyNoImage('exFAT');
let vault: TestVault;
let stick: Mount;
beforeEach(async ({ skip }) => {
  skip(reason !== null, reason ?? '');
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
  stick = mountImage('exFAT', join(vault.home, 'stick'), 64);
});
afterEach(() => {
  if (reason !== null) return;
  stick.unmount();
  vault.remove();
});

const pull = async (): Promise<void> => {
  disconnect(stick);
  await until(() => !isAnswering());
};
const isAnswering = (): boolean => {
  try {
    statSync(stick.folder);
    return true;
  } catch {
    return false;
  }
};

const expectWords = ({ stderr }: Pick<CliResult, 'stderr'>): void =>
  expect(stderr).not.toMatch(/\bat \S+:\d+:\d+|node:internal|Error:/);

const gone = { code: 'io', cause: expect.stringContaining('not connected any more') as string };

it('fails the files on it, and processes the others', async () => {
  const [there, here] = [join(stick.folder, 'a.txt'), join(vault.home, 'b.txt')];
  writeFile(there, 'a');
  writeFile(here, 'b');
  await pull();
  const args = ['encrypt', '--key', 'k', '--out', join(vault.home, 'out'), there, here];
  const some = await batch(vault.cli, args);
  expectWords(some);
  expect(some.code).toBe(1);
  expect(some.files).toMatchObject([
    { input: here, outcome: 'done' },
    { input: there, outcome: 'failed', reason: gone },
  ]);
  for (const command of ['decrypt', 'verify']) {
    const none = await batch(vault.cli, [command, there]);
    expectWords(none);
    expect(none.files).toMatchObject([{ outcome: 'failed', reason: gone }]);
  }
  await vault.expectSound();
});

it('fails the files whose output should go there', async () => {
  const here = writeFile(join(vault.home, 'b.txt'), 'b');
  await pull();
  const result = await vault.cli.run(['encrypt', '--key', 'k', '--out', stick.folder, here]);
  expectWords(result);
  expect(result.code).not.toBe(0);
  expect(result.stderr).toContain('not connected any more');
  await vault.expectSound();
});

it('says so if a vault is on it', async () => {
  await pull();
  for (const args of [
    ['key', 'list'],
    ['key', 'create', 'k'],
    ['init', '--evaluation'],
  ]) {
    const result = await vault.cli.run([...args, '--vault', join(stick.folder, 'vault')]);
    expectWords(result);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('not connected any more');
  }
});

it('does not keep another batch from being resumed', async () => {
  const interrupted = async (name: string, out: string): Promise<void> => {
    for (let n = 0; n < 200; n += 1) writeFile(join(vault.home, name, `${n}.txt`), `${n}`);
    const args = ['encrypt', '--key', 'k', '--out', out, join(vault.home, name)];
    const started = vault.records().filter(({ action }) => action === 'batch.start').length;
    const running = vault.cli.start(args);
    await until(
      () => vault.records().filter(({ action }) => action === 'batch.start').length > started,
    );
    killNow(running.pid);
    await running.result;
  };
  await interrupted('first', join(stick.folder, 'out'));
  await interrupted('second', join(vault.home, 'out'));
  await pull();
  const resumed = await vault.cli.run(['resume', '--json']);
  expectWords(resumed);
  expect(resumed.code).not.toBe(0);
  const { batches } = documentOf('resumed', resumed);
  expect(batches).toHaveLength(2);
  const [first, second] = batches;
  expect(new Set(first?.files.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
  expect(first?.files[0]?.reason).toMatchObject(gone);
  expect(new Set(second?.files.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
  expect(filesIn(join(vault.home, 'out'))).toHaveLength(200);
  await batchDone(vault.cli, ['verify', join(vault.home, 'out')]);
  await vault.expectSound();
});
