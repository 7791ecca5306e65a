import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../shared/failure.ts';

/** Whether an answer has come within `ms` milliseconds, and not with a Failure: a driver may hang. */
export const inTime = async (answer: Promise<unknown>, ms: number): Promise<boolean> => {
  const waiting = new AbortController();
  const patience = setTimeout(ms, false, { signal: waiting.signal });
  const answered = answer.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Failure) return false;
      throw error;
    },
  );
  try {
    return await Promise.race([answered, patience]);
  } finally {
    patience.catch(() => undefined);
    waiting.abort();
  }
};
