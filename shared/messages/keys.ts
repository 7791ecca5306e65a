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
