import { chmodSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custodyPairs } from '../../shared/keys.ts';
import { batchDone } from '../support/batches.ts';
import { seeded } from '../support/seeded.ts';
import { differences, digestOfFile, filesIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

const MIB = 1024 * 1024;

/** Sizes around every limit of the format: nothing, one byte, a page, a segment. */
const sizes = [0, 1, 4_095, 4_096, 4_097, 262_143, 262_144, 262_145, 40 * MIB];

const names = [
  'مفتاح التشفير.txt',
  'כספת.bin',
  '機密文書・鍵.pdf',
  'ключ 🔑👩🏽‍🚒.dat',
  'caf\u00e9 composed',
  'cafe\u0301 decomposed',
  '-rf',
  '--key',
  ' two  blanks ',
  '.hidden',
  'no extension.',
  'a.tar.gz',
  '%2e%2e%2f',
  '$(touch owned)',
  'quote\'s "and" more',
  'x'.repeat(251),
];

const fill = (root: string): void => {
  const random = seeded(1);
  for (const size of sizes) writeFile(join(root, 'sizes', `${size}.bin`), random.bytes(size));
  for (const name of names) writeFile(join(root, 'names', name), random.bytes(random.below(9_000)));
  const deep = Array.from({ length: 60 }, (_, level) => `level ${level}`).join('/');
  writeFile(join(root, deep, 'deep.txt'), 'at the bottom');
  for (const mode of [0o400, 0o444, 0o600, 0o640, 0o755, 0o777]) {
    const file = writeFile(join(root, 'modes', mode.toString(8)), 'mode');
    chmodSync(file, mode);
  }
  for (const time of [
    '1960-02-29T23:59:59.250Z',
    '1970-01-01T00:00:00Z',
    '2001-09-09T01:46:40.123Z',
    '2286-11-20T17:46:39.999Z',
  ]) {
    const file = writeFile(join(root, 'times', time), time);
    utimesSync(file, new Date(time), new Date(time));
  }
};

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  let plain: string;

  beforeAll(async () => {
    vault = await makeVault(token);
    plain = join(vault.home, 'plain');
    fill(plain);
    for (const { custody, bulk } of custodyPairs) {
      await vault.createKey(`${custody}/${bulk}`, custody, bulk);
    }
  });

  afterAll(() => vault.remove());

  it.each(custodyPairs)(
    '$custody/$bulk decrypts to what was encrypted',
    async ({ custody, bulk }) => {
      const before = snapshotOf(plain);
      const name = `${custody}/${bulk}`;
      const folder = join(vault.home, `${custody}-${bulk}`);
      const [sealed, opened] = [join(folder, 'sealed'), join(folder, 'opened')];

      const receipts = await batchDone(vault.cli, [
        'encrypt',
        '--key',
        name,
        '--out',
        sealed,
        plain,
      ]);
      expect(receipts).toHaveLength(filesIn(plain).length);
      for (const { output, digest } of receipts) expect(digest).toEqual(digestOfFile(output ?? ''));
      expect(filesIn(sealed)).toEqual(receipts.map(({ output }) => output).sort());

      const verified = await batchDone(vault.cli, ['verify', sealed]);
      const hashes = (each: typeof receipts): unknown[] =>
        each.map(({ digest }) => digest?.hex).sort();
      expect(hashes(verified)).toEqual(hashes(receipts));

      await batchDone(vault.cli, ['decrypt', '--out', opened, join(sealed, 'plain')]);
      expect(differences(before, snapshotOf(join(opened, 'plain')))).toEqual([]);
      expect(snapshotOf(plain)).toEqual(before);
      await vault.expectSound();
    },
  );
});
