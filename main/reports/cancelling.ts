import { Failure } from '../../shared/failure.ts';
import { reportCancelled } from '../../shared/messages/failures/reports.ts';

/** @throws Failure 'cancelled' */
export const refuseCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw reportCancelled();
};

/**
 * Waits for a token until cancelled: a driver may hang.
 * @throws Failure 'cancelled', and whatever the work throws
 */
export const unlessCancelled = async <T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (signal === undefined) return work;
  let give: (reason: Failure) => void;
  const ended = new Promise<never>((_, reject) => (give = reject));
  const end = (): void => give(reportCancelled());
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
};
