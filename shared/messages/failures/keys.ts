import { Failure } from '../../failure.ts';
import type { KeyAct, KeyState } from '../../keys.ts';

export const noSuchKey = (idOrName: string): Failure =>
  new Failure('key-not-found', `This vault has no key "${idOrName}".`, {
    next: 'Look at the list of keys for its exact name.',
  });

export const noSuchVersion = (name: string, version: number): Failure =>
  new Failure('key-not-found', `The key "${name}" has no version ${version}.`);

export const versionDestroyed = (name: string, version: number): Failure =>
  new Failure('key-state', `Version ${version} of the key "${name}" was destroyed.`);

const OTHER_NAME = { unharmed: 'Nothing was created.', next: 'Choose another name.' };

/** @param fault what is wrong with it, as keyNameSchema says it */
export const badKeyName = (fault: string): Failure =>
  new Failure('usage', `This is not a name for a key: ${fault}.`, OTHER_NAME);

export const keyNameTaken = (name: string): Failure =>
  new Failure('name-taken', `There is already a key "${name}".`, OTHER_NAME);

export const keyNameAlike = (name: string, other: string): Failure =>
  new Failure(
    'name-taken',
    `"${name}" looks too much like the name of another key, "${other}".`,
    OTHER_NAME,
  );

export const bulkMustBeHost = (): Failure =>
  new Failure(
    'usage',
    'A key of custody hsm-wrapped is used in memory, so its bulk must be host.',
    {
      unharmed: 'Nothing was created.',
      next: 'Choose the bulk host, or the custody hsm-only or resident.',
    },
  );

export const pairNotSupported = (custody: string, bulk: string, reason: string): Failure =>
  new Failure('cannot-carry', `This token does not support ${custody}/${bulk}: ${reason}.`, {
    unharmed: 'Nothing was created.',
    next: 'Choose a custody and a bulk that it supports.',
  });

export const encryptionLimitReached = (scope: string): Failure =>
  new Failure(
    'key-exhausted',
    scope === 'master'
      ? 'The sealing master key has reached its encryption limit.'
      : 'This version of the key has reached its encryption limit.',
    {
      unharmed: 'What was encrypted stays readable.',
      next: scope === 'master' ? 'Create new master keys.' : 'Rotate the key.',
      detail: `${scope}: 2^32 seals (NIST SP 800-38D section 8.3)`,
    },
  );

const acts: Readonly<Record<KeyAct, string>> = {
  suspend: 'suspended',
  resume: 'resumed',
  deactivate: 'deactivated',
  compromise: 'marked as compromised',
};

export const notInThisState = (
  name: string,
  version: number,
  state: KeyState,
  act: KeyAct,
): Failure =>
  new Failure(
    'key-state',
    `Version ${version} of the key "${name}" is ${state}: it cannot be ${acts[act]}.`,
    { unharmed: 'Nothing was changed.' },
  );

export const cannotRotate = (name: string, state: KeyState): Failure =>
  new Failure('key-state', `The key "${name}" is ${state}: it cannot be rotated.`, {
    unharmed: 'Nothing was changed.',
    next: 'Create a new key.',
  });

export const sinceInFuture = (since: string): Failure =>
  new Failure('usage', `${since} is in the future.`, {
    unharmed: 'Nothing was changed.',
    next: 'Give the time since when the key may have been known to others.',
  });

export const noteTooLong = (most: number): Failure =>
  new Failure('usage', `The note is longer than ${most.toLocaleString('en')} characters.`, {
    unharmed: 'Nothing was changed.',
    next: 'Shorten it.',
  });
