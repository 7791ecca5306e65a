import { lstat, readFile, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { unreadableLibrary } from '../../shared/messages/failures/pkcs11.ts';
import { reasonOf, sha256 } from '../system/index.ts';
import type { KnownVault } from './known-vault.ts';

export type Library = Pick<KnownVault, 'modulePath' | 'librarySha256'>;

const OTHERS_MAY_WRITE = 0o022;

/** More links than any system follows. */
const MOST_LINKS = 40;

/**
 * A library by its full path. The last part is not resolved: vendors provide a link that changes
 * with an upgrade.
 */
export const fullPathOf = async (named: string): Promise<string> =>
  path.join(await realpath(path.dirname(named)), path.basename(named));

/** A library as it is now; it is not loaded. @throws Failure 'module-not-found' */
export const libraryAt = async (named: string): Promise<Library> => {
  try {
    const modulePath = await fullPathOf(named);
    const bytes = await readFile(modulePath);
    return { modulePath, librarySha256: sha256(bytes) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw unreadableLibrary(named, reasonOf(error));
  }
};

/**
 * Whether only the administrator can have changed what is at this path: every folder and link on
 * the way to it, and the file itself, are root's and nobody else may write there.
 */
export const isAdministrators = async (file: string): Promise<boolean> => {
  if (process.platform === 'win32') return false;
  const rest = partsOf(file);
  let at = '/';
  let links = 0;
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (!(await isRoots(at))) return false;
    const place = path.join(at, part);
    if (!(await lstat(place)).isSymbolicLink()) {
      at = place;
      continue;
    }
    if (++links > MOST_LINKS) return false;
    const target = await readlink(place);
    rest.unshift(...partsOf(target));
    if (path.isAbsolute(target)) at = '/';
  }
  return isRoots(at);
};

const partsOf = (file: string): string[] => file.split('/').filter((part) => part !== '');

/** The mode of a link means nothing; its folder decides who can replace it. */
const isRoots = async (place: string): Promise<boolean> => {
  const { uid, mode } = await lstat(place);
  return uid === 0 && (mode & OTHERS_MAY_WRITE) === 0;
};
