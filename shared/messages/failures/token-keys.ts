import { Failure } from '../../failure.ts';

/** Of the keys that a vault has in its token: the masters, the key that signs, resident keys. */

const UNCHANGED = 'Nothing was changed and nothing was signed.';
const RIGHT_TOKEN =
  'Check that this is the right token, or restore its keys from the backup of its vendor.';
const COPIES = 'Remove the copies with the software of the token vendor.';

export const keyNotInToken = (detail: string): Failure =>
  new Failure('master-missing', 'The token does not hold the key that was searched for.', {
    unharmed: 'Nothing was changed.',
    next: RIGHT_TOKEN,
    detail,
  });

export const keyTwiceInToken = (count: number, detail: string): Failure =>
  new Failure('object-refused', `The token holds ${count} keys with the same name and ID.`, {
    unharmed: 'None of them was used.',
    next: COPIES,
    detail,
  });

export const signingKeyMissing = (detail: string): Failure =>
  new Failure('master-missing', 'The token does not hold the signing key of this vault.', {
    unharmed: UNCHANGED,
    next: RIGHT_TOKEN,
    detail,
  });

export const sealingMasterMissing = (detail: string): Failure =>
  new Failure('master-missing', 'The token does not hold the sealing master key.', {
    unharmed: UNCHANGED,
    next: RIGHT_TOKEN,
    detail,
  });

export const signingKeyDiffers = (detail: string): Failure =>
  new Failure('proof-failed', 'The token does not hold the key that this ledger names.', {
    unharmed: 'Nothing was changed, nothing was signed and no key was used.',
    next: 'The ledger may have been replaced: restore the newest copy of the folder. Or this is another token.',
    detail,
  });

export const sealingMasterDiffers = (): Failure =>
  new Failure('proof-failed', 'The keystore names another sealing master key than the token.', {
    unharmed: 'No key was used and nothing was changed.',
    next: 'Check that the right token is connected. If the master keys were rotated, this is an older copy of the vault: use the newest one.',
  });

export const mastersGone = (): Failure =>
  new Failure('master-missing', 'The token no longer holds the master keys of this copy.', {
    unharmed: 'Nothing was accepted and nothing was changed.',
    next: 'They were rotated after this copy was made: use the newest copy of the vault folder.',
  });

export const masterDiffers = (role: string): Failure =>
  new Failure(
    'proof-failed',
    `The ${role} master key in this token is not the one of this vault.`,
    {
      unharmed: 'Nothing was changed in the vault or in the token.',
      next: 'Check that the right token is connected: it may be another one with the same label.',
    },
  );

export const residentKeyDiffers = (id: string, version: number): Failure =>
  new Failure(
    'proof-failed',
    `The token holds another key with the name of key ${id}, version ${version}: verification failed.`,
    {
      unharmed: 'Nothing was encrypted or decrypted with it.',
      next: "Somebody with the PIN may have replaced it: restore the token's keys from the backup of its vendor.",
    },
  );

export const keyNotUnwrapped = (id: string, version: number): Failure =>
  new Failure(
    'proof-failed',
    `The wrapping master key does not unwrap key ${id}, version ${version}.`,
    {
      unharmed: 'Nothing was changed.',
      next: 'Check that the token is the one this key was created with.',
    },
  );

export const keyNotRewrapped = (id: string, version: number): Failure =>
  new Failure(
    'proof-failed',
    `Key ${id}, version ${version}, is not the same with the new master keys.`,
    {
      unharmed: 'The old master keys and everything wrapped with them are unchanged.',
      next: 'Test the token: it may be failing.',
    },
  );

export const storedKeyDamaged = (id: string, version: number): Failure =>
  new Failure(
    'blob-damaged',
    `What is stored of key ${id}, version ${version}, does not belong to this entry of the keystore.`,
    {
      unharmed: 'The key was not used and nothing was changed.',
      next: 'Verify the ledger. If the keystore was altered, restore the vault from a copy.',
    },
  );

export const objectNotRemoved = (label: string, objectId: string): Failure =>
  new Failure('token-failed', 'The token did not remove the object.', {
    unharmed: 'Nothing else was removed.',
    next: 'Compare again. If it is still there, remove it with the software of the token vendor.',
    detail: `CKA_LABEL ${label}, CKA_ID ${objectId}`,
  });
