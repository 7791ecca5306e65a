export interface RangeRun {
  /** First item. */
  readonly from: number;
  /** One past the last item. */
  readonly to: number;
  readonly perRange: number;
  /** How many ranges run at the same time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly run: (from: number, to: number) => Promise<void>;
  /** Told after each range how far everything from the start on is done without a gap. */
  readonly reached: (to: number) => void;
}

/**
 * Runs all ranges, several at a time. Settles only when none is running any more, so that the
 * caller may close what they use; the first error wins and starts no further range.
 */
export const inRanges = async (options: RangeRun): Promise<void> => {
  const { to, perRange, signal } = options;
  const finished = new Map<number, number>();
  const errors: unknown[] = [];
  let next = options.from;
  let gapless = options.from;

  const finish = (from: number, end: number): void => {
    finished.set(from, end);
    for (let end = finished.get(gapless); end !== undefined; end = finished.get(gapless)) {
      finished.delete(gapless);
      gapless = end;
    }
    options.reached(gapless);
  };

  const lane = async (): Promise<void> => {
    while (next < to && errors.length === 0 && !signal.aborted) {
      const from = next;
      next = Math.min(to, from + perRange);
      const end = next;
      await options.run(from, end).then(
        () => finish(from, end),
        (error: unknown) => void errors.push(error),
      );
    }
  };

  await Promise.all(Array.from({ length: options.parallel }, lane));
  if (errors.length > 0) throw errors[0];
};
