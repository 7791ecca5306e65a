import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { notALock } from '../../../shared/messages/failures/store.ts';
import { isErrno } from '../../system/index.ts';

/** What was found under the name of a lock. */
export interface FoundLock {
  readonly content: string;
  /** Milliseconds since its holder last gave a sign of life, by the clock of the file system. */
  readonly silentMs: number;
}

// Read and write, because flock over NFS asks for both. O_NONBLOCK: a FIFO is not waited for.
const FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** A lock has a few hundred. */
const MOST_BYTES = 4_096;

/**
 * Opens a lock that may be there, without following a link, and looks at it through that handle.
 * @param nowMs what the clock of the file system says
 * @returns null where there is none
 * @throws Failure 'vault-locked' where it is anything but a small file
 */
export const withLockFile = async <T>(
  path: string,
  nowMs: number,
  work: (found: FoundLock, file: FileHandle) => Promise<T>,
): Promise<T | null> => {
  const file = await openLock(path);
  if (file === null) return null;
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > MOST_BYTES) throw notALock(path);
    const content = await file.readFile('utf8');
    return await work({ content, silentMs: nowMs - stats.mtimeMs }, file);
  } finally {
    await file.close();
  }
};

const openLock = async (path: string): Promise<FileHandle | null> => {
  try {
    return await open(path, FLAGS);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    // A link, a folder, a socket: never what this program writes.
    if (['ELOOP', 'EISDIR', 'ENXIO'].some((code) => isErrno(error, code))) throw notALock(path);
    throw error;
  }
};
