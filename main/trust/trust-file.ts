import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { trustUnreadable, trustUnreliable } from '../../shared/messages/failures/trust.ts';
import { errnoOf, isErrno, makeFolder, reasonOf, replaceFile } from '../system/index.ts';

const OTHERS_MAY_WRITE = 0o022;
/** Ours have a few hundred bytes. */
const MAX_BYTES = 64 * 1024;

/**
 * The text of a file that only this user or the administrator can have written; null if missing.
 */
export const readTrusted = async (file: string): Promise<string | null> => {
  try {
    await refuseSharedFolder(path.dirname(file));
    // Without O_NONBLOCK, opening a FIFO would block.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(file, flags);
    try {
      refuseUnlikely(file, await handle.stat());
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    if (error instanceof Failure) throw error;
    if (isErrno(error, 'ELOOP')) throw trustUnreliable(file, 'link');
    if (errnoOf(error) === null) throw error;
    throw trustUnreadable(file, reasonOf(error));
  }
};

/** Replaces the file: it has the old content or the new one. @throws errors of the disk */
export const writeTrusted = async (file: string, text: string): Promise<void> => {
  const folder = path.dirname(file);
  await makeFolder(folder);
  await refuseSharedFolder(folder);
  await replaceFile(file, text);
};

const refuseSharedFolder = async (folder: string): Promise<void> => {
  const facts = await stat(folder);
  if (isOthers(facts)) throw trustUnreliable(folder, 'others');
};

const refuseUnlikely = (file: string, facts: Stats): void => {
  if (!facts.isFile()) throw trustUnreliable(file, 'not-a-file');
  if (isOthers(facts)) throw trustUnreliable(file, 'others');
  if (facts.size > MAX_BYTES) throw trustUnreliable(file, 'too-large');
};

/** Windows has access lists instead, and gives LOCALAPPDATA to its user alone. */
const isOthers = ({ uid, mode }: Stats): boolean => {
  const own = process.getuid?.();
  if (own === undefined) return false;
  return (uid !== own && uid !== 0) || (mode & OTHERS_MAY_WRITE) !== 0;
};
