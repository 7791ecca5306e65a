import { randomInt } from 'node:crypto';

/** A random source that repeats its values for the same seed. */
export interface Seeded {
  readonly seed: number;
  /** 0 ≤ value < 1 */
  readonly next: () => number;
  /** 0 ≤ value < limit */
  readonly below: (limit: number) => number;
  readonly bytes: (length: number) => Buffer;
}

/** Mulberry32. The seed comes from CLAVIGER_TEST_SEED, to repeat a run that failed. */
export const seeded = (
  seed = Number(process.env['CLAVIGER_TEST_SEED'] ?? randomInt(2 ** 31)),
): Seeded => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const bytes = (length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    for (let at = 0; at + 4 <= length; at += 4) buffer.writeUInt32LE(below(2 ** 32), at);
    for (let at = length - (length % 4); at < length; at++) buffer[at] = below(256);
    return buffer;
  };
  return { seed, next, below, bytes };
};
