import { bulkNames, custodyNames, stateNames } from '../../shared/messages/keys.ts';
import type { Json } from '../json/index.ts';

const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  custody: custodyNames,
  bulk: bulkNames,
  state: stateNames,
  // Of a version, in the records of what was done with it.
  before: stateNames,
  after: stateNames,
};

/** The word for a stored value, like `hsm-only` of `custody`; null if it has none. */
export const valueName = (field: string, value: Json): string | null => {
  const words = Object.hasOwn(names, field) ? names[field] : undefined;
  if (words === undefined || typeof value !== 'string' || !Object.hasOwn(words, value)) return null;
  return words[value] ?? null;
};
