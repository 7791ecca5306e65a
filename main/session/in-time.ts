import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../shared/failure.ts';

/** An answer that comes within `ms` milliseconds; null for a Failure and for none: drivers hang. */
export const answerInTime = async <Answer>(
  answer: Promise<Answer>,
  ms: number,
): Promise<Answer | null> => {
  const waiting = new AbortController();
  const patience = setTimeout(ms, null, { signal: waiting.signal });
  const answered = answer.catch((error: unknown) => {
    if (error instanceof Failure) return null;
    throw error;
  });
  try {
    return await Promise.race([answered, patience]);
  } finally {
    patience.catch(() => undefined);
    waiting.abort();
  }
};

/** Whether an answer has come within `ms` milliseconds, and not with a Failure. */
export const inTime = async (answer: Promise<unknown>, ms: number): Promise<boolean> =>
  (await answerInTime(
    answer.then(() => true),
    ms,
  )) === true;
