import { open } from 'node:fs/promises';
import { isErrno } from './storage-failure.ts';

/**
 * Folders that cannot be synced: on some network and FUSE file systems, and folders that can be
 * written but not read (a drop box). Their names are synced with the files.
 */
const withoutSync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES'];

/** Syncs the names in a folder: POSIX guarantees a new or renamed entry only after this. */
export const syncFolder = async (path: string): Promise<void> => {
  // Windows cannot open a folder for writing and does not need this: NTFS journals its names.
  if (process.platform === 'win32') return;
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!withoutSync.some((code) => isErrno(error, code))) throw error;
  }
};
