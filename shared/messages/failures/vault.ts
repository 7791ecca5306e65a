import { Failure } from '../../failure.ts';
import { n } from '../../numbers.ts';

const UNCHANGED = 'Nothing was changed.';
const RESTORE_ALL = 'Restore the whole vault from a copy.';

// Opening

export const noVaultInFolder = (): Failure =>
  new Failure('vault-not-found', 'There is no vault in this folder.', {
    next: 'Choose another folder.',
  });

export const creationInterrupted = (): Failure =>
  new Failure('vault-not-found', 'Creating this vault was interrupted.', {
    next: 'Create it again in the same folder.',
  });

export const ledgerMissing = (): Failure =>
  new Failure('ledger-damaged', 'The ledger is missing.', {
    unharmed: UNCHANGED,
    next: RESTORE_ALL,
  });

export const keystoreLost = (kind: 'missing' | 'empty'): Failure =>
  new Failure('keystore-damaged', `The keystore is ${kind}.`, {
    unharmed: UNCHANGED,
    next: 'Restore the vault from a copy.',
  });

export const keystoreForeign = (): Failure =>
  new Failure('keystore-foreign', 'The keystore does not belong to this ledger.', {
    unharmed: UNCHANGED,
    next: `It was changed or replaced outside Claviger. ${RESTORE_ALL}`,
  });

export const firstRecordNamesNoKey = (): Failure =>
  new Failure(
    'ledger-damaged',
    'The first record names no vault, or no key that signs its ledger.',
    {
      unharmed: 'Nothing was changed, and no key was used.',
      next: 'Claviger did not write it like this. Restore the newest copy of the folder.',
    },
  );

// Changing

export const changeUnfinished = (reason: string): Failure =>
  new Failure('record-failed', `The change is recorded, but ${reason}.`, {
    unharmed: 'The change is complete once the vault has been opened again.',
    next: 'Open the vault again. Until then it accepts nothing.',
  });

export const otherSignature = (): Failure =>
  new Failure('proof-failed', "The token's signature does not match the vault's checkpoint key.", {
    unharmed: 'Every record that was confirmed is on the disk. The signature was not used.',
    next: 'Lock the vault, check that the right token is connected, and unlock it again.',
  });

/** Why a vault is read-only. @param problems what was found, as sentences */
export const vaultRolledBack = (problems: readonly string[]): Failure =>
  new Failure(
    'rolled-back',
    ['This vault differs from its last signed state.', ...problems].join(' '),
    {
      unharmed:
        'It can be viewed and verified. Nothing in it can be changed and no file can be decrypted.',
      next: 'Restore the newest copy of the folder. Only if there is none: accept and continue, which starts a new ledger and keeps the old one.',
    },
  );

/** Of a vault from before there were sessions: a person must confirm its last records. */
export const recordsUnsigned = (first: number, last: number): Failure =>
  new Failure(
    'unsigned-tail',
    `Records ${n(first)} to ${n(last)} were written by an older version of Claviger that was interrupted, and nothing signs them.`,
    {
      unharmed: UNCHANGED,
      next: 'View them. If they are what you did last, unlock once with “claviger recover --carry-over”. Otherwise restore a copy of the vault.',
    },
  );
