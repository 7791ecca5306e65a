import { Failure } from '../../failure.ts';
import { limits } from '../../limits.ts';
import type { UnusableKey } from './batch.ts';

/** Of files whose slots are to be replaced: rewrap and re-encrypt. */

const UNCHANGED = 'The file is unchanged.';

export const upToDate = (): Failure =>
  new Failure(
    'up-to-date',
    'This file is up to date: it already uses these versions of its keys.',
    {
      unharmed: 'It was left as it is.',
    },
  );

/** A rewrap would not help against anyone who knows the file key. */
export const notRewrapped = ({ id, name, version }: Omit<UnusableKey, 'state'>): Failure =>
  new Failure(
    'key-state',
    `Version ${version} of the key "${name}" is compromised: a new slot would not help against anyone who knows it.`,
    {
      unharmed: UNCHANGED,
      next: 'Re-encrypt the file: it gets a new file key.',
      keys: [{ id, version }],
    },
  );

/** Of the newest version of a slot's key. */
export const noActiveVersion = ({ id, name, version, state }: UnusableKey): Failure =>
  new Failure(
    'key-state',
    `The newest version of the key "${name}" is version ${version}, which is ${state}: it cannot encrypt.`,
    {
      unharmed: UNCHANGED,
      next: 'Rotate or resume the key, or choose another key for the file.',
      keys: [{ id, version }],
    },
  );

export const otherBulk = (): Failure =>
  new Failure(
    'mixed-bulk',
    'The new key and this file do not fit: one processes data in the token, the other on the host.',
    {
      unharmed: UNCHANGED,
      next: 'Choose a key with the same bulk setting, or re-encrypt the file.',
    },
  );

export const lastSlot = (): Failure =>
  new Failure('usage', 'After that no key of this vault would open this file.', {
    unharmed: UNCHANGED,
    next: 'Keep one of its keys, or add another one.',
  });

export const tooManySlots = (): Failure =>
  new Failure('usage', `A file has at most ${limits.slots} slots; this one would have more.`, {
    unharmed: UNCHANGED,
    next: 'Remove a key from it, or add fewer.',
  });

export const othersWouldLose = (): Failure =>
  new Failure(
    'usage',
    'A key of another vault can decrypt this file too, and could not decrypt it afterwards.',
    {
      unharmed: UNCHANGED,
      next: 'A rewrap keeps that slot. To re-encrypt the file without it, allow that other keys are dropped.',
    },
  );

/** Its header has changed since the plan was made. */
export const slotsChanged = (): Failure =>
  new Failure('source-changed', 'This file has other keys now than when the batch was planned.', {
    unharmed: UNCHANGED,
    next: 'Start a new batch.',
  });

export const newSlotNotOpened = (): Failure =>
  new Failure('read-back-failed', 'A new slot did not open the new file when it was read back.', {
    unharmed: 'The file is unchanged; the new copy was removed.',
    next: 'Try again. If it fails again, test the token with "claviger token probe".',
  });

export const replacedMeanwhile = (): Failure =>
  new Failure('source-changed', 'This file was changed or replaced while its new copy was made.', {
    unharmed: 'What is there now was left as it is; the new copy was removed.',
    next: 'Close the program that writes to it, then try this file again.',
  });

export const claimedByAnother = (claim: string): Failure =>
  new Failure('collision', 'Another run is replacing this file, or was interrupted while it did.', {
    unharmed: UNCHANGED,
    next: `Wait for it, or continue it where it was started. If it can never be continued, delete ${claim}.`,
  });

/** Of a recorded file that did not get its name before an interruption. */
export const notYetReplaced = (): Failure =>
  new Failure('cancelled', 'The run was interrupted before the new file took its place.', {
    unharmed: UNCHANGED,
  });

export const addAndRemove = (name: string): Failure =>
  new Failure('usage', `The key "${name}" is to be added and removed.`, {
    unharmed: 'Nothing was changed.',
    next: 'Choose one of the two.',
  });

export const surveyCancelled = (): Failure =>
  new Failure('cancelled', 'The survey was cancelled.', { unharmed: 'Nothing was changed.' });
