import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { killSomewhere } from './crashes.ts';
import { documentOf, type FileReceipt, type RecordDocument } from './documents.ts';
import type { Seeded } from './seeded.ts';
import {
  differences,
  digestOfFile,
  filesIn,
  partsIn,
  randomTree,
  snapshotOf,
  type TreeShape,
} from './trees.ts';
import { makeVault, type TestVault, type TokenName } from './vaults.ts';

interface CrashRun {
  readonly vault: TestVault;
  readonly random: Seeded;
  readonly keys: readonly string[];
  readonly shape: TreeShape;
  /** About how long a batch takes from its first record. */
  readonly milliseconds: number;
}

const receiptsOf = async (vault: TestVault, note: string): Promise<readonly FileReceipt[]> => {
  const result = await vault.cli.run(['resume', '--json']);
  expect(result, `${note}: ${result.stderr}`).toMatchObject({ code: 0 });
  return documentOf('resumed', result).batches.flatMap(({ files }) => files);
};

/** The files that the ledger calls done exist, as they were recorded. */
const expectRecordedKept = (
  records: readonly RecordDocument[],
  kind: string,
  note: string,
): void => {
  for (const { action, outcome, subject, details } of records) {
    if (action !== `file.${kind}` || outcome !== 'ok' || kind !== 'encrypt') continue;
    const { algorithm, hex } = digestOfFile(String(subject['output']));
    expect(details[algorithm], note).toBe(hex);
  }
};

const MIB = 1024 * 1024;
const many: TreeShape = { files: 150, most: 4_000, sizes: [0, 300_000] };
const large: TreeShape = { files: 20, most: 4_000, sizes: [9 * MIB, 5 * MIB + 1] };

/** Some rounds with a new vault, with the keys of both bulk kinds in turn. */
export const survive = async (token: TokenName, random: Seeded, rounds: number): Promise<void> => {
  const vault = await makeVault(token);
  try {
    await vault.createKey('host', 'hsm-only', 'host');
    await vault.createKey('token', 'resident', 'token');
    for (let round = 0; round < rounds; round++) {
      const shape = round % 3 === 2 ? large : many;
      const keys = ['host', 'token'];
      await crashAndResume({ vault, random, keys, shape, milliseconds: 400 }, round);
    }
    const waiting = await vault.cli.run(['resume', '--list', '--json']);
    expect(documentOf('waiting', waiting).batches).toEqual([]);
  } finally {
    vault.remove();
  }
};

/**
 * One crash: a batch is killed at some point and resumed, and sometimes killed again. In
 * the end every output exists once, is what was recorded, and decrypts to its original.
 */
const crashAndResume = async (run: CrashRun, round: number): Promise<void> => {
  const { vault, random, shape, milliseconds } = run;
  const note = `seed ${random.seed}, round ${round}`;
  const key = run.keys[round % run.keys.length] ?? '';
  const home = join(vault.home, `round-${round}`);
  const plain = randomTree(join(home, 'plain'), random, shape);
  const [sealed, opened] = [join(home, 'sealed'), join(home, 'opened')];
  const before = snapshotOf(plain);
  const count = filesIn(plain).length;
  const where = { files: count, milliseconds };

  const crash = async (args: readonly string[], out: string): Promise<void> => {
    const start = vault.records().length;
    const killed = await killSomewhere(vault, vault.cli.start(args), out, random, where);
    if (random.below(3) === 0 && killed.signal === 'SIGKILL') {
      await killSomewhere(vault, vault.cli.start(['resume']), out, random, where);
    }
    await receiptsOf(vault, note);
    const records = vault.records().slice(start);
    expectRecordedKept(records, args[0] ?? '', note);
    expect(partsIn(home), note).toEqual([]);
    expect(filesIn(out), note).toHaveLength(count);
  };

  await crash(['encrypt', '--key', key, '--out', sealed, plain], sealed);
  expect(differences(before, snapshotOf(plain)), note).toEqual([]);
  await crash(['decrypt', '--out', opened, join(sealed, 'plain')], opened);
  expect(differences(before, snapshotOf(join(opened, 'plain'))), note).toEqual([]);
  await vault.expectSound();
  rmSync(home, { recursive: true, maxRetries: 5 });
};
