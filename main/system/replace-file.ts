import { randomBytes } from 'node:crypto';
import { constants, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from './storage-failure.ts';
import { syncFolder } from './sync-folder.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Replaces a user's own file: afterwards it has the old content or the new one. Links are not
 * followed.
 * @throws errors of the disk
 */
export const replaceFile = async (file: string, content: string | Uint8Array): Promise<void> => {
  const fresh = freshName(file);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(fresh, flags, PRIVATE_FILE);
  try {
    await handle
      .writeFile(content)
      .then(() => handle.sync())
      .finally(() => handle.close());
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
};

/** The same for callers that cannot wait; a power cut may bring the old content back. */
export const replaceFileSync = (file: string, content: string): void => {
  const fresh = freshName(file);
  try {
    writeFileSync(fresh, content, { mode: PRIVATE_FILE, flag: 'wx' });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
};

const freshName = (file: string): string =>
  path.join(path.dirname(file), `.new-${randomBytes(8).toString('hex')}`);

/**
 * Creates a folder that only this user can access, and those above it. Node's recursive mkdir never
 * ends if the system refuses them (/proc).
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdirOrFound(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (!isErrno(error, 'ENOENT') || above === folder) throw error;
    await makeFolder(above);
    await mkdirOrFound(folder);
  }
};

const mkdirOrFound = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: PRIVATE_FOLDER });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
};
