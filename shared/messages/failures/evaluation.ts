import { Failure } from '../../failure.ts';

/** Of evaluation tokens, which SoftHSM2 keeps in the folder of their vault. */

const installCommands: Readonly<Record<string, string>> = {
  linux:
    'Install it with “sudo apt install softhsm2” (Debian, Ubuntu), “sudo dnf install softhsm” ' +
    '(Fedora) or the package manager of your system.',
  darwin: 'Install it with “brew install softhsm”.',
  win32: 'Install SoftHSM2 for Windows (64 bit) into C:\\SoftHSM2.',
};

export const noSoftHsm = (platform: string): Failure =>
  new Failure('module-not-found', 'An evaluation token needs SoftHSM2, which is not installed.', {
    unharmed: 'Nothing was created.',
    next: installCommands[platform] ?? 'Install SoftHSM2 for your system.',
  });

export const unusableTokenFolder = (folder: string): Failure =>
  new Failure('usage', 'SoftHSM2 cannot store a token in a folder with this name.', {
    unharmed: 'Nothing was created.',
    next: 'Choose a shorter path, without “#” and “=”.',
    detail: folder,
  });

export const tokenFolderMissing = (folder: string): Failure =>
  new Failure('token-not-found', 'The folder of the evaluation token is missing.', {
    unharmed: 'Nothing was changed.',
    next: 'Put the folder back, then try again.',
    detail: folder,
  });

export const vaultFolderMissing = (folder: string): Failure =>
  new Failure('not-found', `The folder ${folder} was not found.`, {
    unharmed: 'Nothing was changed.',
    next: 'Put it back where it was, or open the vault where it is now.',
  });

const RESTART = 'Restart Claviger, then try again.';

export const softHsmInUse = (): Failure =>
  new Failure(
    'module-unusable',
    'SoftHSM2 is already in use with another folder in this process.',
    { unharmed: 'No token was created.', next: RESTART },
  );

export const noSlotForToken = (): Failure =>
  new Failure('module-unusable', 'SoftHSM2 offers no slot for a new token.');

export const newTokenNotKept = (): Failure =>
  new Failure('token-failed', 'SoftHSM2 did not store the new token.');

export const newTokenElsewhere = (): Failure =>
  new Failure('token-failed', 'SoftHSM2 put the new token into another folder.', { next: RESTART });

export const newPinLength = (min: number, max: number): Failure =>
  new Failure('pin-incorrect', `The PIN must have ${min} to ${max} characters.`, {
    unharmed: 'No token was created.',
    next: 'Choose another PIN.',
  });
