import { Failure } from '../../failure.ts';
import { n } from '../../numbers.ts';

const WHILE_OPEN = 'Close the vault, keep its folder as it is and verify the ledger.';

export const ledgerChangedWhileOpen = (detail: string): Failure =>
  new Failure('ledger-damaged', 'The ledger was changed while the vault was open.', {
    next: WHILE_OPEN,
    detail,
  });

export const recordChangedWhileOpen = (seq: number): Failure =>
  new Failure('ledger-damaged', `Record ${n(seq)} was changed while the vault was open.`, {
    next: WHILE_OPEN,
  });

export const noSuchRecord = (seq: number): Failure =>
  new Failure('usage', `The ledger has no record ${n(seq)}.`);

const OPEN_AGAIN = 'Open the vault again. Until then it accepts nothing.';

export const ledgerChangedByOthers = (): Failure =>
  new Failure(
    'record-failed',
    'The ledger could not be written: something other than this program has changed it.',
    {
      unharmed: 'Nothing was added to it. Everything that was confirmed before is still there.',
      next: OPEN_AGAIN,
    },
  );

export const ledgerNotWritten = (reason: string, errno: string | null): Failure =>
  new Failure('record-failed', `The ledger could not be written: ${reason}.`, {
    unharmed: 'Everything that was confirmed before is on the disk.',
    next: OPEN_AGAIN,
    ...(errno === null ? {} : { detail: errno }),
  });

export const lineEndMissing = (offset: number): Failure =>
  new Failure('ledger-damaged', `What starts at byte ${offset} of the ledger has no line end.`, {
    unharmed: 'Nothing was changed.',
    next: 'Restore the vault from a copy.',
  });

const ledgerDamaged = (cause: string, context: { detail?: string } = {}): Failure =>
  new Failure('ledger-damaged', `${cause}.`, {
    unharmed: 'Nothing in the vault was changed.',
    next: 'Keep this folder as it is and restore the vault from a copy.',
    ...context,
  });

export const recordDamaged = (record: number, byte: number, detail: string): Failure =>
  ledgerDamaged(`Record ${record} is damaged at byte ${byte} of the file`, { detail });

export const recordNotAsSigned = (record: number): Failure =>
  ledgerDamaged(`Record ${record} is not what was signed`, {
    detail: 'found while verifying after opening',
  });

export const ledgerEmpty = (): Failure => ledgerDamaged('The ledger contains no records');

export const noKeystoreRecord = (): Failure =>
  ledgerDamaged('No record of this vault names its keystore');
