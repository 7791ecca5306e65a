import { Failure } from '../../failure.ts';

/** What keeps one file from being read, whichever part of the program reads it. */

export const symbolicLink = (): Failure =>
  new Failure('symlink', 'This is a symbolic link; links are not followed.', {
    unharmed: 'Neither the link nor what it points to was touched.',
    next: 'Name the file that the link points to.',
  });

export const notRegular = (
  kind: 'a folder' | 'a pipe (FIFO)' | 'a socket' | 'a device' | 'a device or socket',
): Failure =>
  new Failure('not-a-file', `This is ${kind}, not a regular file.`, {
    unharmed: 'It was not read.',
  });
