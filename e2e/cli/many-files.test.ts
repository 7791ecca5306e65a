import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, randomTree, snapshotOf } from '../support/trees.ts';
import { makeVault, tokenNames } from '../support/vaults.ts';
import { rmSync } from 'node:fs';

const FILES = 10_000;

/** One pair on each token: in memory on one, inside the token on the other. */
const pairs = {
  SoftHSM2: ['hsm-only', 'token'],
  'NSS softokn': ['hsm-wrapped', 'host'],
} as const;

describe.each(tokenNames)('with %s', (token) => {
  it('takes ten thousand small files', async () => {
    const vault = await makeVault(token);
    try {
      const [custody, bulk] = pairs[token];
      await vault.createKey('k', custody, bulk);
      const plain = randomTree(join(vault.home, 'plain'), seeded(2), { files: FILES, most: 700 });
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
      expect(receipts).toHaveLength(FILES);
      expect(filesIn(sealed)).toHaveLength(FILES);
      rmSync(plain, { recursive: true });

      await batchDone(vault.cli, ['decrypt', '--out', vault.home, join(sealed, 'plain')]);
      expect(snapshotOf(plain)).toEqual(before);
      await vault.expectSound();
    } finally {
      vault.remove();
    }
  });
});
