import { it } from 'vitest';
import { surviveRewraps } from '../support/rewrap-run.ts';
import { seeded } from '../support/seeded.ts';
import { tokenNames } from '../support/vaults.ts';

const random = seeded();

it.each(tokenNames)(
  `a rewrap of 10,000 files survives 50 times kill -9 with %s (seed ${random.seed})`,
  (token) => surviveRewraps({ token, random, files: 10_000, kills: 50, milliseconds: 12_000 }),
);
