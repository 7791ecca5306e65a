import { Failure } from '../../failure.ts';
import type { VersionAct } from '../../key-life.ts';
import type { KeyState, KeyVersion } from '../../keys.ts';
import { n } from '../../numbers.ts';

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
      next: scope === 'master' ? 'Rotate the master keys.' : 'Rotate the key.',
      detail: `${scope}: 2^32 seals (NIST SP 800-38D section 8.3)`,
    },
  );

const NOTHING_CHANGED = 'Nothing was changed.';

const acts: Readonly<Record<VersionAct, string>> = {
  activate: 'activated',
  suspend: 'suspended',
  resume: 'resumed',
  deactivate: 'deactivated',
  compromise: 'marked as compromised',
  'schedule-destroy': 'destroyed',
  'cancel-destroy': 'kept: its destruction is not scheduled',
};

export const notInThisState = (
  name: string,
  version: number,
  { state, beforeDestroy }: Pick<KeyVersion, 'state' | 'beforeDestroy'>,
  act: VersionAct,
): Failure => {
  const which = `Version ${version} of the key "${name}"`;
  return beforeDestroy === null || state === 'destroyed'
    ? new Failure('key-state', `${which} is ${state}: it cannot be ${acts[act]}.`, {
        unharmed: NOTHING_CHANGED,
      })
    : new Failure('key-state', `${which} is scheduled for destruction.`, {
        unharmed: NOTHING_CHANGED,
        next: 'Cancel its destruction first.',
      });
};

export const cannotRotate = (name: string, state: KeyState): Failure =>
  new Failure('key-state', `The key "${name}" is ${state}: it cannot be rotated.`, {
    unharmed: NOTHING_CHANGED,
    next: state === 'pre-activation' ? 'Activate it first.' : 'Create a new key.',
  });

export const rotatedMeanwhile = (name: string): Failure =>
  new Failure('key-state', `The key "${name}" has just been rotated.`, {
    unharmed: NOTHING_CHANGED,
  });

export const keyIsProtected = (name: string): Failure =>
  new Failure('key-state', `The key "${name}" is protected against destruction.`, {
    unharmed: NOTHING_CHANGED,
    next: 'Remove its protection first.',
  });

export const replacingUnfinished = (): Failure =>
  new Failure(
    'key-state',
    'A batch that rewraps or re-encrypts files is unfinished: some of them may still need this version.',
    { unharmed: NOTHING_CHANGED, next: 'Resume that batch, or discard the rest of it.' },
  );

export const alreadyProtected = (name: string): Failure =>
  new Failure('key-state', `The key "${name}" is already protected against destruction.`, {
    unharmed: NOTHING_CHANGED,
  });

export const notProtected = (name: string): Failure =>
  new Failure('key-state', `The key "${name}" is not protected against destruction.`, {
    unharmed: NOTHING_CHANGED,
  });

export const versionOfWholeKey = (): Failure =>
  new Failure('usage', 'This applies to the whole key, so give no version.', {
    unharmed: NOTHING_CHANGED,
  });

export const periodNotGiven = (name: string): Failure =>
  new Failure('usage', `No cryptoperiod is given for the key "${name}".`, {
    unharmed: NOTHING_CHANGED,
    next: 'Give the number of days, or what is to happen when they are over.',
  });

const spans = { waiting: 'The waiting period', period: 'A cryptoperiod' } as const;

export const daysOutOfRange = (
  span: keyof typeof spans,
  least: number,
  most: number,
  days: number,
): Failure =>
  new Failure('usage', `${spans[span]} has ${least} to ${n(most)} days, not ${days}.`, {
    unharmed: NOTHING_CHANGED,
  });

export const activationInPast = (time: string): Failure =>
  new Failure('usage', `The activation date ${time} is in the past.`, {
    unharmed: 'Nothing was created.',
    next: 'Give a date in the future, or none for a key that is active at once.',
  });

export const versionInUse = (name: string, version: number): Failure =>
  new Failure('key-state', `Version ${version} of the key "${name}" has encrypted files.`, {
    unharmed: 'It was not destroyed.',
    next: 'Schedule its destruction with a waiting period.',
  });

export const objectKept = (name: string, version: number, refusal: Failure): Failure =>
  new Failure(
    refusal.code,
    `Version ${version} of the key "${name}" is destroyed, but its object is still in the token. ${refusal.message}`,
    {
      next: 'Claviger tries to remove it again at the next unlock.',
      ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    },
  );

export const destructionNotDue = (name: string, version: number, due: string): Failure =>
  new Failure('key-state', `Version ${version} of the key "${name}" is not due before ${due}.`, {
    unharmed: 'It was not destroyed.',
  });

export const sinceInFuture = (since: string): Failure =>
  new Failure('usage', `${since} is in the future.`, {
    unharmed: NOTHING_CHANGED,
    next: 'Give the time since when the key may have been known to others.',
  });

export const noteTooLong = (most: number): Failure =>
  new Failure('usage', `The note is longer than ${n(most)} characters.`, {
    unharmed: NOTHING_CHANGED,
    next: 'Shorten it.',
  });
