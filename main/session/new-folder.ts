import { constants } from 'node:fs';
import { access, mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { folderInUse, folderIsFile } from '../../shared/messages/failures/session.ts';
import { folderNotCreated } from '../../shared/messages/failures/disk.ts';
import { evaluationFiles } from '../engine/index.ts';
import { isErrno, storageFailure } from '../system/index.ts';

/** @throws Failure 'vault-exists' */
export const refuseUsedFolder = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (isErrno(error, 'ENOTDIR')) throw folderIsFile(folder);
    return []; // what keeps it from being used is told when it is made
  });
  if (names.length > 0) throw folderInUse(folder);
};

/**
 * Whether a new vault can be put there, before anybody is asked for a PIN. Nothing is made.
 * @throws Failure 'vault-exists', or why it cannot be made
 */
export const checkNewFolder = async (folder: string): Promise<void> => {
  await refuseUsedFolder(folder);
  let there = path.resolve(folder);
  while (!(await isThere(there)) && path.dirname(there) !== there) there = path.dirname(there);
  try {
    await access(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotBeMade(folder, error);
  }
};

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    (error: unknown) => !isErrno(error, 'ENOENT'),
  );

/**
 * Makes the folder of the token, which of two programs that use one folder at the same time only
 * one can: so nobody ever removes a token that somebody else made.
 * @returns the folders made for it, outermost first
 * @throws Failure 'vault-exists'
 */
export const claimTokenFolder = (vaultDir: string): Promise<string[]> =>
  making(vaultDir, async (made) => {
    await makeFolders(path.resolve(vaultDir), made);
    await mkdir(path.join(vaultDir, evaluationFiles.token), { mode: 0o700 });
  });

/** Creates the parent folders of the vault's folder. @returns those created, outermost first */
export const makeParents = (vaultDir: string): Promise<string[]> =>
  making(vaultDir, (made) => makeFolders(path.dirname(path.resolve(vaultDir)), made));

const making = async (
  vaultDir: string,
  work: (made: string[]) => Promise<void>,
): Promise<string[]> => {
  const made: string[] = [];
  try {
    await work(made);
    return made;
  } catch (error) {
    await removeFolders(made);
    if (isErrno(error, 'EEXIST')) throw folderInUse(vaultDir);
    throw cannotBeMade(vaultDir, error);
  }
};

const cannotBeMade = (folder: string, error: unknown): unknown =>
  storageFailure(error, folderNotCreated(folder));

/** Those that are empty; a folder that somebody has put something into stays. */
export const removeFolders = async (made: readonly string[]): Promise<void> => {
  for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
};

/**
 * Makes what is missing of a path. Node's own `recursive` tries for ever where a folder that is
 * there says ENOENT, as /proc does and an automounter may.
 */
const makeFolders = async (folder: string, made: string[]): Promise<void> => {
  if (await isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolders(parent, made);
  try {
    await mkdir(folder, { mode: 0o700 });
    made.push(folder);
  } catch (error) {
    // Another program may have made it at this moment.
    if (!isErrno(error, 'EEXIST') || !(await isFolder(folder))) throw error;
  }
};

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (stats) => stats.isDirectory(),
    (error: unknown) => {
      if (isErrno(error, 'ENOTCONN')) throw error; // It is there, but its disk is not.
      return false;
    },
  );
