import { expect, it } from 'vitest';
import { survive } from '../support/crash-run.ts';
import { seeded } from '../support/seeded.ts';

const random = seeded();

/** Two crashes in each round, of encrypting and of decrypting, and some more while resuming. */
it(`survives kill -9 anywhere in a batch with SoftHSM2 (seed ${random.seed})`, async () => {
  await expect(survive('SoftHSM2', random, 13)).resolves.toBeUndefined();
});
