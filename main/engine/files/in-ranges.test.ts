import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inRanges } from './in-ranges.ts';

const never = new AbortController().signal;

describe('ranges over workers', () => {
  it('runs every item once and reports only what is done without a gap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
        async (count, perRange, parallel, delays) => {
          const done = new Set<number>();
          const run = async (from: number, to: number): Promise<void> => {
            for (let i = delays[from % delays.length] ?? 0; i > 0; i--) await Promise.resolve();
            for (let i = from; i < to; i++) {
              expect(done.has(i)).toBe(false);
              done.add(i);
            }
          };
          const reached = (to: number): void => {
            for (let i = 1; i < to; i++) expect(done.has(i)).toBe(true);
          };
          await inRanges({
            from: 1,
            to: count + 1,
            perRange,
            parallel,
            signal: never,
            run,
            reached,
          });
          expect(done.size).toBe(count);
        },
      ),
    );
  });

  it('starts nothing after an error, and settles when nothing runs any more', async () => {
    let running = 0;
    let started = 0;
    const run = async (from: number): Promise<void> => {
      started++;
      running++;
      await new Promise((resolve) => setTimeout(resolve, from));
      running--;
      if (from === 2) throw new Error('segment 2');
    };
    const all = inRanges({
      from: 1,
      to: 50,
      perRange: 1,
      parallel: 3,
      signal: never,
      run,
      reached: () => undefined,
    });
    await expect(all).rejects.toThrow('segment 2');
    expect(running).toBe(0);
    expect(started).toBeLessThan(10);
  });
});
