import { open } from 'node:fs/promises';
import { isErrno } from './storage-failure.ts';

/**
 * Folders that cannot be put on disk by themselves: of some network and FUSE file systems, and those
 * that one may write into but not read (a drop box). Their names go to disk with the files.
 */
const withoutSync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES'];

/** Puts the names in a folder on disk: POSIX promises a new or renamed entry only after this. */
export const syncFolder = async (path: string): Promise<void> => {
  // Windows opens no folder for writing and needs none of this: NTFS journals its names.
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
