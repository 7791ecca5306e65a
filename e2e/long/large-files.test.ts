import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { custodyPairs } from '../../shared/keys.ts';
import { batchDone } from '../support/batches.ts';
import { sha256Of, writeFile } from '../support/trees.ts';
import { makeVault, tokenNames } from '../support/vaults.ts';

/** Beyond 2^31, where 32-bit sizes and offsets break. */
const SIZE = 3 * 1024 ** 3;

describe.each(tokenNames)('with %s', (token) => {
  it.each(custodyPairs)(
    'a sparse file of 3 GiB comes back ($custody/$bulk)',
    async ({ custody, bulk }) => {
      const vault = await makeVault(token);
      try {
        await vault.createKey('k', custody, bulk);
        const file = writeFile(join(vault.home, 'sparse.bin'), 'start');
        truncateSync(file, SIZE);
        const before = sha256Of(file);
        const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
        const sealed = receipt?.output ?? '';
        expect(receipt?.bytes).toBe(SIZE);
        expect(receipt?.digest?.algorithm).toBe('sha256-4m');
        rmSync(file);
        await batchDone(vault.cli, ['decrypt', sealed]);
        expect(statSync(file).size).toBe(SIZE);
        expect(sha256Of(file)).toBe(before);
        await vault.expectSound();
      } finally {
        vault.remove();
      }
    },
  );
});
