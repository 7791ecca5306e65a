import { readFileSync } from 'node:fs';
import { Failure } from '../../../shared/failure.ts';
import { sha256 } from '../../system/index.ts';

/** SHA-256 of a PKCS#11 library, hex. */
export const libraryHash = (path: string): string => sha256(readFileSync(path));

/** A library runs with everything that this user may do, and is given the PIN. */
export const refuseChangedLibrary = (path: string, known: string): void => {
  const found = libraryHash(path);
  if (found === known) return;
  throw new Failure('library-changed', 'The PKCS#11 library is not the one that was trusted.', {
    unharmed: 'It was not loaded, and no PIN was given to it.',
    next: 'If the software of the token was updated, trust the library anew. If not, find out who changed it.',
    detail: `${path}: SHA-256 was ${known}, is ${found}`,
  });
};
