import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { batch, batchDone } from './batches.ts';
import { readClv } from './clv.ts';
import { killSomewhere } from './crashes.ts';
import { documentOf } from './documents.ts';
import type { Seeded } from './seeded.ts';
import { differences, filesIn, partsIn, snapshotOf, writeFile } from './trees.ts';
import { makeVault, type TestVault, type TokenName } from './vaults.ts';

export interface RewrapRun {
  readonly token: TokenName;
  readonly random: Seeded;
  readonly files: number;
  readonly kills: number;
  /** About how long a rewrap takes from its first record. */
  readonly milliseconds: number;
}

/**
 * Rewraps many files and is killed again and again, at random points of the batch or while it is
 * resumed. After every crash every file decrypts, and no other file is left; at the end none is
 * encrypted with the old version.
 */
export const surviveRewraps = async (run: RewrapRun): Promise<void> => {
  const { token, random, files, kills, milliseconds } = run;
  const vault = await makeVault(token);
  try {
    const plain = join(vault.home, 'plain');
    for (let n = 0; n < files; n++)
      writeFile(join(plain, String(n % 40), `${n}.bin`), random.bytes(random.below(4_000)));
    const before = snapshotOf(plain);
    await vault.createKey('host', 'hsm-only', 'host');
    await vault.createKey('token', 'resident', 'token');
    const keys = ['host', 'token'];
    for (const key of keys)
      await batchDone(vault.cli, ['encrypt', '--key', key, '--out', join(vault.home, key), plain]);
    let left = kills;
    for (let round = 0; left > 0; round++) {
      const key = keys[round % keys.length] ?? '';
      const sealed = join(vault.home, key);
      const note = `seed ${random.seed}, round ${round}`;
      expect(await vault.cli.run(['key', 'rotate', key]), note).toMatchObject({ code: 0 });
      let args = ['rewrap', sealed];
      for (let crash = 0; crash < 4 && left > 0; crash++, left--) {
        const where = { files: 0, milliseconds };
        const killed = await killSomewhere(vault, vault.cli.start(args), sealed, random, where);
        if (killed.signal !== 'SIGKILL') break;
        await expectAllOpen(vault, sealed, files);
        args = ['resume'];
      }
      const resumed = await vault.cli.run(['resume', '--json']);
      expect(resumed, `${note}: ${resumed.stderr}`).toMatchObject({ code: 0 });
      const outcomes = documentOf('resumed', resumed).batches.flatMap((each) => each.files);
      expect(new Set(outcomes.map(({ outcome }) => outcome)).has('failed'), note).toBe(false);
      // It was killed before its first file was planned: there is nothing to resume.
      await vault.cli.run(['rewrap', sealed]);
      const versions = new Set(filesIn(sealed).map((file) => readClv(file).slots[0]?.version));
      expect([...versions], note).toEqual([Math.floor(round / keys.length) + 2]);
      expect(partsIn(vault.home), note).toEqual([]);
      expect(filesIn(sealed), note).toHaveLength(files);
    }
    for (const key of keys) {
      const out = join(vault.home, 'opened', key);
      await batchDone(vault.cli, ['decrypt', '--out', out, join(vault.home, key)]);
      expect(differences(before, snapshotOf(join(out, key, 'plain')))).toEqual([]);
    }
    await vault.expectSound();
  } finally {
    vault.remove();
  }
};

/** Without what an interrupted run has left beside the files. */
export const expectAllOpen = async (
  { cli }: TestVault,
  folder: string,
  count: number,
): Promise<void> => {
  const { files, code, stderr } = await batch(cli, ['verify', folder]);
  expect(code, stderr).toBe(0);
  expect(files.filter(({ outcome }) => outcome === 'done')).toHaveLength(count);
};

/** Restores a file. */
export const putBack = (from: string, to: string): void => {
  rmSync(to, { force: true });
  cpSync(from, to, { preserveTimestamps: true });
};
