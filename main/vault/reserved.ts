import { type NewRecord, vaultActions } from '../ledger/index.ts';

const reserved: readonly string[] = Object.values(vaultActions);

/** What the vault itself relies on when it opens must not come from anywhere else. */
export const checked = (record: NewRecord): NewRecord => {
  if ('keystore' in record.details || reserved.includes(record.action))
    throw new Error(`only the vault itself may record ${record.action}`);
  return record;
};
