import type { Problem } from '../../lib/api.ts';
import { messages } from '../../messages/en.ts';

/** What became of the last try where the token refused its PIN; null where it did not. */
export const refusalOf = (problem: Problem | null): Problem | null =>
  problem?.code === 'pin-incorrect' ? problem : null;

/** The same in one line, under the field: with the tries that are left, as the token told them. */
export const refusalText = (problem: Problem | null): string | undefined => {
  const refusal = refusalOf(problem);
  if (refusal === null) return undefined;
  return [messages.locked.wrongPin, refusal.next].filter((part) => part !== undefined).join(' ');
};
