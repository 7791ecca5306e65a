import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { folderReplaced, linkedFolder } from '../../../shared/messages/failures/files.ts';
import { hasLastingNumbers, type Identity, identityOf, isSame, isSameDisk } from './identity.ts';

/** A folder that a batch reads from or writes to. */
export interface FolderPlace {
  /** Absolute. */
  readonly path: string;
  /** The folder that was chosen: this one or one above it. Links below it are not followed. */
  readonly root: string;
  /** Which folder it was when the batch was planned; null where it was not there yet. */
  readonly identity: Identity | null;
}

/** O_PATH of Linux, which Node.js does not name: to open a folder takes no permission to read it. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY;

/**
 * A folder that is held open. What is done with its files is done in this very folder, whatever
 * becomes of the names above it meanwhile: openat(2), by way of /proc, because Node.js has no other.
 * Where there is no /proc, the way to the folder is checked before and after.
 */
export class OpenFolder {
  readonly identity: Identity;
  readonly path: string;
  readonly #handle: FileHandle | null;

  private constructor(place: FolderPlace, stats: BigIntStats, handle: FileHandle | null) {
    this.path = place.path;
    this.identity = identityOf(stats);
    this.#handle = handle;
  }

  /** @throws Failure where a link leads there, or where it is not the folder that was planned */
  static async open(place: FolderPlace): Promise<OpenFolder> {
    const handle = await openHandle(place);
    try {
      const stats =
        handle === null ? await lookThrough(place) : await handle.stat({ bigint: true });
      const folder = new OpenFolder(place, stats, handle);
      if (place.identity !== null && !(await folder.#isAlso(place.identity))) {
        throw folderReplaced(place.path);
      }
      return folder;
    } catch (error) {
      await handle?.close();
      throw error;
    }
  }

  /** A path that leads to a file of this folder, in this process and while the folder is open. */
  at(name: string): string {
    return this.#handle === null ? path.join(this.path, name) : path.join(this.here, name);
  }

  /** A path that leads to this folder. */
  get here(): string {
    return this.#handle === null ? this.path : `/proc/self/fd/${this.#handle.fd}`;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async #isAlso(planned: Identity): Promise<boolean> {
    if (isSame(this.identity, planned)) return true;
    return isSameDisk(this.identity, planned) && !(await hasLastingNumbers(this.here));
  }
}

/** Opens one name after the other, from the chosen folder on. null where there is no /proc. */
const openHandle = async ({ root, path: target }: FolderPlace): Promise<FileHandle | null> => {
  if (process.platform !== 'linux') return null;
  let at = root;
  let handle = await open(root, FOLDER);
  try {
    if (!(await leadsTo(handle))) {
      await handle.close();
      return null;
    }
    for (const name of namesBelow(root, target)) {
      at = path.join(at, name);
      const next = await openBelow(handle, name, at);
      await handle.close();
      handle = next;
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const leadsTo = async (handle: FileHandle): Promise<boolean> => {
  const stats = await handle.stat({ bigint: true });
  return stat(`/proc/self/fd/${handle.fd}`, { bigint: true }).then(
    ({ dev, ino }) => dev === stats.dev && ino === stats.ino,
    () => false,
  );
};

const openBelow = async (parent: FileHandle, name: string, at: string): Promise<FileHandle> => {
  const file = `/proc/self/fd/${parent.fd}/${name}`;
  try {
    return await open(file, FOLDER | constants.O_NOFOLLOW);
  } catch (error) {
    if (await isLink(file)) throw linkedFolder(at);
    throw error;
  }
};

/** Where there are no handles of folders: no name on the way may be a link. */
const lookThrough = async ({ root, path: target }: FolderPlace): Promise<BigIntStats> => {
  let at = root;
  for (const name of namesBelow(root, target)) {
    at = path.join(at, name);
    if (await isLink(at)) throw linkedFolder(at);
  }
  return stat(target, { bigint: true });
};

export const namesBelow = (root: string, folder: string): string[] =>
  path.relative(root, folder).split(path.sep).filter(Boolean);

const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
