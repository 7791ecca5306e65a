import { it } from 'vitest';
import { survive } from '../support/crash-run.ts';
import { seeded } from '../support/seeded.ts';

const random = seeded();
/** One test makes many calls, which take long on a busy machine. */
const PATIENCE_MS = 1_800_000;

/** Each round crashes while encrypting and while decrypting, and sometimes while resuming. */
it(
  `survives kill -9 anywhere in a batch with NSS softokn (seed ${random.seed})`,
  async () => {
    await survive('NSS softokn', random, 5);
  },
  PATIENCE_MS,
);
