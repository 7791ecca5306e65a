import { Failure } from '../../failure.ts';

/** Of the folder that holds a vault. */

const UNCHANGED = 'Nothing was changed.';

export const vaultIsFile = (): Failure =>
  new Failure('vault-not-found', 'This is a file, not the folder of a vault.', {
    unharmed: 'It was not read.',
    next: 'Name the folder that holds the vault.',
  });

const CHOOSE_EMPTY = 'Choose a new or empty folder.';

export const vaultInFolder = (): Failure =>
  new Failure('vault-exists', 'There is already a vault in this folder.', {
    unharmed: UNCHANGED,
    next: CHOOSE_EMPTY,
  });

export const folderNotEmpty = (): Failure =>
  new Failure('vault-exists', 'The folder is not empty.', {
    unharmed: UNCHANGED,
    next: CHOOSE_EMPTY,
  });

export const notOrdinaryFile = (name: string): Failure =>
  new Failure(
    'not-a-file',
    `${name} in the vault's folder is not an ordinary file with one name.`,
    {
      unharmed: 'It was neither read nor written.',
      next: 'Somebody has put a link or a device in its place: put the vault’s own file back, or a copy of it.',
    },
  );

export const fileInVault = (file: string): Failure =>
  new Failure('not-allowed', `${file} is in the vault's own folder.`, {
    unharmed: 'Nothing was written.',
    next: 'Choose another folder, best on another disk.',
  });

export const notALock = (file: string): Failure =>
  new Failure('vault-locked', 'What is in the place of the vault’s lock file is not a lock file.', {
    unharmed: 'It was not followed and nothing was changed.',
    next: `Find out who put it there. If nothing uses the vault, delete ${file}.`,
  });

export const unreadableHolder = 'a program whose lock file cannot be read';

const places = {
  here: () => 'on this computer',
  sandbox: (host: string) => `in another container or sandbox of this computer (${host})`,
  elsewhere: (host: string) => `on ${host}`,
} as const;

export const holderName = (pid: number, host: string, where: keyof typeof places): string =>
  `process ${pid} ${places[where](host)}`;

/** @param by like "process 12 on this computer" */
export const vaultInUse = (by: string): Failure =>
  new Failure('vault-locked', `The vault is in use by ${by}.`, {
    unharmed: UNCHANGED,
    next: 'Close the other program first.',
  });

export const vaultMaybeInUse = (by: string, lockFile: string, silentSeconds: number): Failure =>
  new Failure('vault-locked', `The vault is in use by ${by}, as far as Claviger can tell.`, {
    unharmed: UNCHANGED,
    next: `Close it there. If it is certain that nothing uses the vault any more, delete the file ${lockFile}.`,
    detail: `last sign of life ${silentSeconds} s ago`,
  });
