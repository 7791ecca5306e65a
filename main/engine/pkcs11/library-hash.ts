import { readFileSync } from 'node:fs';
import { libraryChanged } from '../../../shared/messages/failures/pkcs11.ts';
import { sha256 } from '../../system/index.ts';

/** SHA-256 of a PKCS#11 library, hex. */
export const libraryHash = (path: string): string => sha256(readFileSync(path));

/** A library runs with everything that this user may do, and is given the PIN. */
export const refuseChangedLibrary = (path: string, known: string): void => {
  const found = libraryHash(path);
  if (found === known) return;
  throw libraryChanged(path, known, found);
};
