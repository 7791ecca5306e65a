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

// Creating a vault

const NOT_CREATED = 'Nothing was created.';

export const tokenCannotSign = (): Failure =>
  new Failure('cannot-carry', 'This token cannot hold a vault: it cannot sign a ledger.', {
    unharmed: NOT_CREATED,
    next: 'Choose a token with Ed25519 or ECDSA on P-256.',
  });

/** @param reason as a sentence */
export const tokenCannotHoldVault = (reason: string): Failure =>
  new Failure('cannot-carry', `This token cannot hold a vault. ${reason}`, {
    unharmed: NOT_CREATED,
    next: 'Choose another token.',
  });

export const folderIsFile = (folder: string): Failure =>
  new Failure('vault-exists', `${folder} is a file, or is in one.`, {
    unharmed: 'It was not changed.',
    next: 'Choose a new or empty folder for the vault.',
  });

export const folderInUse = (folder: string): Failure =>
  new Failure('vault-exists', `The folder ${folder} is not empty.`, {
    unharmed: 'Nothing in it was changed.',
    next: 'Choose another folder for the new vault.',
  });

export const keystoreIncomplete = (
  about: 'the token' | 'the master keys' | "the token's profile",
): Failure =>
  new Failure('keystore-damaged', `The keystore lacks what is needed about ${about}.`, {
    unharmed: 'Nothing was changed.',
    next: 'Restore the vault from a copy.',
  });
