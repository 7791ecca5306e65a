const NS_PER_MS = 1_000_000n;

/**
 * The millisecond of a time in nanoseconds. `mtimeMs` of Node.js cuts off towards zero,
 * which is the next millisecond for times before 1970.
 */
export const wholeMilliseconds = (nanoseconds: bigint): number => {
  const cut = nanoseconds / NS_PER_MS;
  return Number(cut * NS_PER_MS > nanoseconds ? cut - 1n : cut);
};

/** Milliseconds with three decimals: what of a time in nanoseconds can be set again. */
export const microseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000n) / 1_000;

/**
 * Seconds that a file system keeps as this very millisecond. Node.js passes times on as doubles and
 * cuts them off: without half a microsecond more, .725 would become .724 999 9. As text, because it
 * takes a negative number, which is a time before 1970, for "now".
 */
export const secondsOf = (milliseconds: number): string => String((milliseconds + 0.0005) / 1_000);
