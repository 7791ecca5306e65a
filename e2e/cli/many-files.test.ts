import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { seeded } from '../support/seeded.ts';
import { differences, filesIn, randomTree, snapshotOf } from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

/** One pair on each token: inside the token on one, in memory on the other. */
const pairs = {
  SoftHSM2: ['hsm-only', 'token', 10_000],
  'NSS softokn': ['hsm-wrapped', 'host', 2_500],
} as const;

/** The records of this many files make more pages than a small memory can hold. */
const WORTH_REFUSING = 10_000;

/** With less memory than the PDF of this many records needs, it is refused before it is started. */
const refusesThePaper = async (vault: TestVault): Promise<void> => {
  const out = join(vault.home, 'all.json');
  const little = { env: { NODE_OPTIONS: '--max-old-space-size=400' } };
  const refused = await vault.cli.run(['report', '--pdf', '--out', out], little);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('records is not possible here');
  expect(existsSync(out)).toBe(false);
  expect(vault.records().map(({ action }) => action)).not.toContain('report.export');
};

describe.each(usualTokens)('with %s', (token) => {
  it('processes thousands of small files', async () => {
    const vault = await makeVault(token);
    try {
      const [custody, bulk, count] = pairs[token];
      await vault.createKey('k', custody, bulk);
      const plain = randomTree(join(vault.home, 'plain'), seeded(2), { files: count, most: 700 });
      const before = snapshotOf(plain);
      const sealed = join(vault.home, 'sealed');

      const receipts = await batchDone(vault.cli, [
        'encrypt',
        '--key',
        'k',
        '--out',
        sealed,
        plain,
      ]);
      expect(receipts).toHaveLength(count);
      expect(filesIn(sealed)).toHaveLength(count);
      rmSync(plain, { recursive: true });

      await batchDone(vault.cli, ['decrypt', '--out', vault.home, join(sealed, 'plain')]);
      expect(differences(before, snapshotOf(plain))).toEqual([]);
      await vault.expectSound();
      if (count >= WORTH_REFUSING) await refusesThePaper(vault);
    } finally {
      vault.remove();
    }
  });
});
