import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BatchProgress, PlannedFile } from '../../shared/batch.ts';
import { limits } from '../../shared/limits.ts';
import { ProgressMeter } from './progress.ts';

// It tells a bounded number of times a second.
beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

const large = (index: number): PlannedFile => ({
  index,
  input: `/in/${index}`,
  output: `/out/${index}`,
  size: limits.wholeFileBytes + 1_000,
});

it('drops the files of a finished group, even if a lost engine still reports them', () => {
  const files = [large(0), large(1)];
  const told: BatchProgress[] = [];
  const meter = new ProgressMeter(files, (progress) => told.push(progress));
  const [first, second] = files.map((file) => meter.forGroup([file]));
  first?.add(10);
  second?.add(20);
  first?.complete();
  first?.add(30);
  second?.end();
  vi.advanceTimersByTime(1_000);
  meter.forGroup([large(2)]).complete();
  expect(told.at(-1)?.active).toEqual([]);
});
