import { Failure } from '../../failure.ts';

/** Said wherever something needs the token of a vault that nobody has unlocked. */
export const vaultIsLocked = (): Failure =>
  new Failure('not-logged-in', 'The vault is locked.', {
    unharmed: 'Nothing was changed.',
    next: 'Unlock it with the PIN of its token.',
  });

export const nothingToAccept = (): Failure =>
  new Failure('usage', 'There is nothing to accept: the vault matches its last signed state.', {
    unharmed: 'Nothing was changed.',
  });
