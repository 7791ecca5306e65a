import { Failure } from '../../shared/failure.ts';

/** @throws Failure 'cancelled' */
export const refuseCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw cancelled();
};

/**
 * Waits for a token, but not longer than until somebody cancels: a driver may hang.
 * @throws Failure 'cancelled', and whatever the work throws
 */
export const unlessCancelled = async <T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (signal === undefined) return work;
  let give: (reason: Failure) => void;
  const ended = new Promise<never>((_, reject) => (give = reject));
  const end = (): void => give(cancelled());
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
};

const cancelled = (): Failure => new Failure('cancelled', 'The report was cancelled.');
