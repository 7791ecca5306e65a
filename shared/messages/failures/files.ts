import { Failure } from '../../failure.ts';

/** Of one file, whichever part of the program reads it. */

const ONLY_READ = 'The file itself was not touched and no output was written.';

export const symbolicLink = (): Failure =>
  new Failure('symlink', 'This is a symbolic link; links are not followed.', {
    unharmed: 'Neither the link nor what it points to was touched.',
    next: 'Name the file that the link points to.',
  });

export const linkedFolder = (folder: string): Failure =>
  new Failure('symlink', `The folder ${folder} is a symbolic link; links are not followed.`, {
    unharmed: 'Neither the link nor what it points to was touched.',
    next: 'Choose the folder that the link points to.',
  });

export const notRegular = (
  kind: 'a folder' | 'a pipe (FIFO)' | 'a socket' | 'a device' | 'a device or socket',
): Failure =>
  new Failure('not-a-file', `This is ${kind}, not a regular file.`, {
    unharmed: 'It was not read.',
  });

export const nameNotStorable = (name: string): Failure =>
  new Failure('name-unusable', 'This file has a name that cannot be stored.', {
    unharmed: 'The file is unchanged.',
    next: 'Rename it: up to 255 bytes, with no slash, backslash, tab, line break or other control character.',
    detail: JSON.stringify(name),
  });

export const fileReplaced = (): Failure =>
  new Failure('source-changed', 'Another file has taken its place since the batch was planned.', {
    unharmed: ONLY_READ,
    next: 'To process what is there now, try this file again.',
  });

export const fileChanged = (): Failure =>
  new Failure('source-changed', 'The file changed while it was being read.', {
    unharmed: ONLY_READ,
    next: 'Close the program that writes to it, then try this file again.',
  });

export const folderReplaced = (folder: string): Failure =>
  new Failure('folder-changed', `Another folder has taken the place of ${folder}.`, {
    unharmed: 'Nothing in it was touched.',
    next: 'Find out who replaced it. To process what is there now, start a new batch.',
  });

export const fileCancelled = (): Failure =>
  new Failure('cancelled', 'The batch was cancelled before this file was finished.', {
    unharmed: 'The original is unchanged and no unfinished output was left behind.',
  });

export const readBackFailed = (): Failure =>
  new Failure('read-back-failed', 'The encrypted file does not decrypt to the original.', {
    unharmed: 'The original was not deleted.',
    next: 'The original probably changed in the meantime: encrypt it again.',
  });
