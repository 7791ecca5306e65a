import { Failure } from '../../failure.ts';

const RESTORE = { unharmed: 'Nothing was changed.', next: 'Restore the vault from a copy.' };

export const keystoreUnreadable = (detail: string | null): Failure =>
  new Failure('keystore-damaged', 'The keystore is damaged: it is not a database.', {
    ...RESTORE,
    ...(detail === null ? {} : { detail }),
  });

export const keystoreRowDamaged = (detail: string): Failure =>
  new Failure('keystore-damaged', 'An entry of the keystore is damaged.', { ...RESTORE, detail });

export const keystoreOfOtherVersion = (detail: string): Failure =>
  new Failure(
    'keystore-damaged',
    'This version of Claviger does not know the form of the keystore.',
    {
      unharmed: 'Nothing was changed.',
      next: 'Open the vault with the version of Claviger that used it last, or a newer one.',
      detail,
    },
  );
