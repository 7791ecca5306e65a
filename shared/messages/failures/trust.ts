import { Failure } from '../../failure.ts';

/** Of what this computer knows of a vault: its key and its PKCS#11 library. */

export const otherVault = (known: string | null, found: string): Failure =>
  new Failure(
    'vault-other',
    'This is not the vault that this computer knows: its ledger names another key.',
    {
      unharmed: 'No PKCS#11 library was loaded and no PIN was given to one.',
      next: 'Open the folder of the vault that you know, or restore it from a copy.',
      detail: `fingerprint known ${known ?? 'none'}, here ${found}`,
    },
  );

export const vaultUnknown = (fingerprint: string): Failure =>
  new Failure('vault-unknown', 'This computer does not know this vault yet.', {
    unharmed: 'No PKCS#11 library was loaded and no PIN was asked for.',
    next: 'Say which PKCS#11 library leads to its token, and compare the fingerprint of its key with the one that you were given.',
    detail: `fingerprint of its key: ${fingerprint}`,
  });

const faults = {
  link: 'is a link',
  'not-a-file': 'is not a regular file',
  others: 'belongs to, or can be written by, another user',
  'too-large': 'is far too large',
  damaged: 'is damaged',
  'other-vault': 'is about another vault',
} as const;

export const trustUnreliable = (place: string, fault: keyof typeof faults): Failure =>
  unreliable(place, faults[fault]);

export const trustUnreadable = (place: string, reason: string): Failure =>
  unreliable(place, `cannot be read: ${reason}`);

const unreliable = (place: string, why: string): Failure =>
  new Failure(
    'trust-damaged',
    `What this computer knows of the vault is not reliable: ${place} ${why}.`,
    {
      unharmed: 'No PKCS#11 library was loaded and nothing was changed.',
      next: 'Find out who changed it. Then delete it and trust the vault again, comparing the fingerprint of its key.',
    },
  );

export const noHomeFolder = (): Failure => trustNotSaved('this user has no home folder');

/** @param why the second half of the sentence */
export const trustNotSaved = (why: string, file?: string): Failure =>
  new Failure(
    'not-remembered',
    `What this computer knows of the vault could not be saved: ${why}.`,
    {
      unharmed: 'The vault itself has not changed.',
      next: 'Make the folder one in which you may write, or name another one with the variable CLAVIGER_STATE.',
      ...(file === undefined ? {} : { detail: file }),
    },
  );
