import type { Bulk, Custody, KeyState } from '../keys.ts';

/** Words for what a key is, the same in the window, on paper and in spreadsheets. */

export const stateNames: Readonly<Record<KeyState, string>> = {
  'pre-activation': 'Pre-activation',
  active: 'Active',
  suspended: 'Suspended',
  deactivated: 'Deactivated',
  compromised: 'Compromised',
  destroyed: 'Destroyed',
};

/** Where a key may exist. */
export const custodyNames: Readonly<Record<Custody, string>> = {
  resident: 'Stored in the token',
  'hsm-only': 'Unwrapped only in the token',
  'hsm-wrapped': 'In memory while in use',
};

/** Where file data is encrypted. */
export const bulkNames: Readonly<Record<Bulk, string>> = {
  token: 'In the token',
  host: 'In this computer',
};

interface Pair {
  readonly custody: Custody;
  readonly bulk: Bulk;
}

/** As the command line names it. */
const pairName = ({ custody, bulk }: Pair): string => `${custody}/${bulk}`;

export const fallback = (wanted: Pair, reason: string, given: Pair): string =>
  `This token does not support ${pairName(wanted)} (${reason}), so the key is ${pairName(given)}.`;
export const notProbed = 'the token was not tested for it';
