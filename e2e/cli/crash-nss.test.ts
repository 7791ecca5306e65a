import { it } from 'vitest';
import { survive } from '../support/crash-run.ts';
import { seeded } from '../support/seeded.ts';

const random = seeded();
/** Many calls in one test: a machine that is busy with other things needs long for them. */
const PATIENCE_MS = 1_800_000;

/** Two crashes in each round, of encrypting and of decrypting, and some more while resuming. */
it(
  `survives kill -9 anywhere in a batch with NSS softokn (seed ${random.seed})`,
  async () => {
    await survive('NSS softokn', random, 5);
  },
  PATIENCE_MS,
);
