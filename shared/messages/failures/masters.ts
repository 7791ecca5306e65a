import { Failure } from '../../failure.ts';

/** Of the two master keys of a vault, and of their rotation. */

export const mastersBeingRotated = (): Failure =>
  new Failure('busy', 'The master keys are being rotated.', {
    unharmed: 'Nothing was changed.',
    next: 'Try again once that is done.',
  });

export const mastersRotatedMeanwhile = (): Failure =>
  new Failure('key-state', 'The master keys were rotated while this key was being created.', {
    unharmed: 'Nothing was stored. Every other key is as it was.',
    next: 'Try again.',
  });

export const keysChangedMeanwhile = (): Failure =>
  new Failure('key-state', 'A key was changed while the master keys were being rotated.', {
    unharmed: 'The master keys are the same as before, and every key still opens.',
    next: 'Rotate the master keys again.',
  });

export const rotationUnfinished = (): Failure =>
  new Failure('key-state', 'An earlier rotation of the master keys is not finished.', {
    unharmed: 'Nothing was changed, and every key still opens.',
    next: 'Lock the vault and unlock it again: that finishes or undoes it.',
  });

export const vaultNameNotTyped = (name: string): Failure =>
  new Failure('usage', 'The rotation of the master keys was not confirmed.', {
    unharmed: 'Nothing was changed.',
    next: `Type the name of the vault: ${name}`,
  });
