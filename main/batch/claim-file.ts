import { readlink, symlink, unlink } from 'node:fs/promises';
import type { OpenFolder } from '../engine/index.ts';
import { errnoOf, isErrno } from '../system/index.ts';
import { isClaim as isClaimingFile, openNew } from './publish.ts';

/*
 * A claim names its part, so that its owner can be identified. It is a symbolic
 * link that leads nowhere, because a link comes into being with its words in it: a crash leaves no
 * empty one. File systems without links (FAT) get a small file.
 */

const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** false: there is one of that name already. */
export const makeClaim = async (
  folder: OpenFolder,
  part: string,
  name: string,
): Promise<boolean> => {
  try {
    await symlink(part, folder.at(name));
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    if (!withoutLinks.has(errnoOf(error) ?? '')) throw error;
    return makeFile(folder, part, name);
  }
};

const makeFile = async (folder: OpenFolder, part: string, name: string): Promise<boolean> => {
  const claim = await openNew(folder.at(name));
  if (claim === null) return false;
  try {
    await claim.writeFile(part).finally(() => claim.close());
    return true;
  } catch (error) {
    await removeClaim(folder, name).catch(() => undefined);
    throw error;
  }
};

export const isClaimOf = async (
  folder: OpenFolder,
  part: string,
  name: string,
): Promise<boolean> => {
  const target = await readlink(folder.at(name)).catch(() => null);
  return target === null ? isClaimingFile(folder, part, name) : target === part;
};

export const removeClaim = (folder: OpenFolder, name: string): Promise<void> =>
  unlink(folder.at(name));
