import { actions } from '../../shared/actions.ts';
import { messages } from '../messages/en.ts';

/** What a filter offers of the actions that occur in a ledger; unknown ones come last. */
export const actionOptions = (
  occurring: readonly string[],
): readonly { readonly value: string; readonly label: string }[] => {
  const found = new Set(occurring);
  const known = actions.filter((action) => found.has(action));
  const unknown = [...found].filter((action) => !known.some((each) => each === action));
  return [...known, ...unknown].map((value) => ({ value, label: messages.acts.action(value) }));
};
