import { it } from 'vitest';
import { survive } from '../support/crash-run.ts';
import { seeded } from '../support/seeded.ts';
import { tokenNames } from '../support/vaults.ts';

const random = seeded();
const ROUNDS = 150;

it.each(tokenNames)(
  `survives kill -9 hundreds of times with %s (seed ${random.seed})`,
  async (token) => {
    await survive(token, random, ROUNDS);
  },
);
