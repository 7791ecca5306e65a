import { formatBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { KeyId } from '../../ids.ts';
import type { KeyState } from '../../keys.ts';

export const noSuchBatch = (id: string): Failure =>
  new Failure('usage', `There is no batch with the ID ${id} to continue.`, {
    next: 'Choose one from the list of unfinished batches.',
  });

export const batchCancelled = (): Failure =>
  new Failure('cancelled', 'The batch was cancelled before this file was started.', {
    unharmed: 'The file is unchanged.',
  });

// Keys

/** A version of a key that must not be used. */
export interface UnusableKey {
  readonly id: KeyId;
  readonly name: string;
  readonly version: number;
  readonly state: KeyState;
}

export const cannotEncrypt = ({ id, name, version, state }: UnusableKey): Failure =>
  new Failure('key-state', `The key "${name}" is ${state}: it cannot encrypt.`, {
    unharmed: 'No file was touched.',
    next: 'Choose an active key.',
    keys: [{ id, version }],
  });

export const periodIsOver = ({ id, name, version }: Omit<UnusableKey, 'state'>): Failure =>
  new Failure('key-state', `The cryptoperiod of the key "${name}" is over: it cannot encrypt.`, {
    unharmed: 'The file is unchanged.',
    next: 'Rotate the key, then try again.',
    keys: [{ id, version }],
  });

/** Of a batch that was planned before the key changed. */
export const cannotEncryptNow = ({ id, name, version, state }: UnusableKey): Failure =>
  new Failure(
    'key-state',
    `Version ${version} of the key "${name}" is ${state} now: it cannot encrypt.`,
    {
      unharmed: 'The file is unchanged.',
      next:
        state === 'suspended'
          ? 'Resume the key, then try again, or start a new batch with an active key.'
          : 'Start a new batch with an active key.',
      keys: [{ id, version }],
    },
  );

export const cannotDecrypt = ({ id, name, version, state }: UnusableKey): Failure =>
  new Failure(
    'key-state',
    `Version ${version} of the key "${name}" is ${state}: it cannot decrypt.`,
    {
      unharmed: 'The file is unchanged.',
      next:
        state === 'destroyed'
          ? 'Only a backup of this vault that still holds the key can open the file.'
          : 'Resume the key, then try again.',
      keys: [{ id, version }],
    },
  );

export const mixedBulk = (): Failure =>
  new Failure(
    'mixed-bulk',
    'Some of these keys process data in the token, others on the host. One file cannot have both.',
    {
      unharmed: 'No file was touched.',
      next: 'Choose keys with the same bulk setting.',
    },
  );

// The plan

const LEFT = { unharmed: 'It was left as it is.' };

export const emptyFolder = (): Failure => new Failure('not-found', 'This folder is empty.', LEFT);

export const outputExists = (output: string): Failure =>
  new Failure('exists', `${output} already exists.`, LEFT);

export const fileOfVault = (): Failure =>
  new Failure('not-a-file', 'This file belongs to the open vault.', LEFT);

export const unfinishedOutput = (): Failure =>
  new Failure('not-a-file', 'This is the unfinished output of another batch.', LEFT);

export const alreadyEncrypted = (): Failure =>
  new Failure('already-encrypted', 'This file is already encrypted.', LEFT);

export const plainFile = (): Failure =>
  new Failure('not-encrypted', 'This is not an encrypted file (.clv).', LEFT);

export const sameFile = (other: string): Failure =>
  new Failure('exists', `This is the same file as ${other}, found by another path.`, LEFT);

export const notUtf8Name = (): Failure =>
  new Failure('name-unusable', 'The name of this file or of a folder above it is not UTF-8.', {
    unharmed: 'It was not touched.',
    next: 'Rename it, then try again.',
  });

export const outputInVault = (folder: string): Failure =>
  new Failure('usage', `The output folder ${folder} is in the vault.`, {
    unharmed: 'Nothing was written.',
    next: 'Choose another output folder.',
  });

export const notEnoughSpace = (folder: string, needed: number, free: number): Failure =>
  new Failure(
    'disk-full',
    `There is not enough disk space in ${folder}: the outputs need up to ${formatBytes(needed)}, ${formatBytes(free)} are free.`,
    {
      unharmed: 'Nothing was written.',
      next: 'Free some space or choose another output folder.',
    },
  );

/** Two outputs with one name, or an output that would replace an input. */
export const nameCollision = (output: string): Failure =>
  new Failure('collision', `Another file of this batch has the name ${output}, or will get it.`, {
    unharmed: 'Neither file was touched.',
    next: 'Choose "keep both", another output folder, or two batches.',
  });

// Originals

export const notReadBack = (): Failure =>
  new Failure('read-back-failed', 'The output was not read back.');

export const originalChanged = (): Failure =>
  new Failure('source-changed', 'The original changed after it was encrypted.');

const KEPT = 'The original was kept.';

export const noTrash = (): Failure =>
  new Failure('usage', 'Claviger finds no trash that it can use on this system.', {
    unharmed: KEPT,
    next: 'Choose to delete originals instead, or remove them yourself.',
  });

export const foreignTrash = (folder: string): Failure =>
  new Failure('not-allowed', `The trash folder ${folder} belongs to somebody else.`, {
    unharmed: KEPT,
    next: 'Choose to delete originals instead.',
  });

export const notTrashed = (detail: string): Failure =>
  new Failure('io', 'The system did not move the original to the trash.', {
    unharmed: KEPT,
    next: 'Choose to delete originals instead, or remove them yourself.',
    detail,
  });

/** Of a file that failed in a batch of an older version. */
export const REASON_NOT_RECORDED = 'The ledger does not say why.';
