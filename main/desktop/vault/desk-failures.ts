import { Failure } from '../../../shared/failure.ts';

const NOTHING = 'Nothing was changed.';

export const vaultIsLocked = (): Failure =>
  new Failure('not-logged-in', 'The vault is locked.', {
    unharmed: NOTHING,
    next: 'Unlock it with the PIN of its token.',
  });

export const batchBehind = (): Failure =>
  new Failure('busy', 'A batch goes on behind the lock.', {
    unharmed: 'It was not disturbed.',
    next: 'Unlock the vault, then wait for its end or cancel it.',
  });

export const noVault = (): Failure =>
  new Failure('vault-not-found', 'No vault is open.', { next: 'Open a vault first.' });

/** The window's words; the command line has its own (vault/restriction.ts). */
export const onlyToLookAt = (): Failure =>
  new Failure(
    'rolled-back',
    'This vault can only be looked at: it is not as it was signed last, and what is done in it could not be recorded.',
    {
      unharmed: NOTHING,
      next: 'Open the newest copy of its folder. Only if there is none: accept and continue.',
    },
  );

export const nothingToAccept = (): Failure =>
  new Failure('usage', 'There is nothing to accept: the vault is as it was signed last.', {
    unharmed: NOTHING,
  });

export const nothingToConfirm = (): Failure =>
  new Failure('usage', 'There is nothing to confirm: no unsigned records were found here.', {
    unharmed: NOTHING,
  });

export const unsafeRuntime = (): Failure =>
  new Failure(
    'unsafe-runtime',
    'This copy of Claviger runs on an Electron from a third party, which opens evaluation vaults only.',
    {
      unharmed: 'Nothing was opened and nothing was changed.',
      next: 'Open this vault with an installed Claviger, or with the command line.',
    },
  );
