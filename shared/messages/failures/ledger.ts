import { Failure } from '../../failure.ts';

const WHILE_OPEN = 'Close the vault, keep its folder as it is and verify the ledger.';

export const ledgerChangedWhileOpen = (detail: string): Failure =>
  new Failure('ledger-damaged', 'The ledger was changed while the vault was open.', {
    next: WHILE_OPEN,
    detail,
  });

export const recordChangedWhileOpen = (seq: number): Failure =>
  new Failure('ledger-damaged', `Record ${seq} was changed while the vault was open.`, {
    next: WHILE_OPEN,
  });

export const noSuchRecord = (seq: number): Failure =>
  new Failure('usage', `The ledger has no record ${seq}.`);
