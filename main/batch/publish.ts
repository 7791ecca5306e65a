import { constants } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  readFile,
  rename,
  rm,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { ConflictRule } from '../../shared/batch.ts';
import { nameCollision } from '../../shared/messages/failures/batch.ts';
import { hasLastingNumbers, identityOf, type OpenFolder } from '../engine/index.ts';
import { numberedName } from './output-name.ts';

/**
 * Gives the partial files of a batch their final names. A file that has appeared there in the
 * meantime is kept unless the rule is to replace it. An output of the same batch is never replaced,
 * even if the disk treats two names as one.
 */
export class Publisher {
  readonly #rule: ConflictRule;
  /** The files that got their names from this batch, by disk and inode. */
  readonly #mine = new Set<string>();
  /** Their places, and these regardless of case: for disks whose inode numbers do not last. */
  readonly #places = new Set<string>();
  readonly #placesOfAnyCase = new Set<string>();
  /**
   * One at a time, so that no other output of this batch takes the name between check and rename.
   */
  readonly #inTurn = pLimit(1);

  constructor(rule: ConflictRule) {
    this.#rule = rule;
  }

  /**
   * @param part its name in the folder
   * @param wanted the name it is to get there
   * @param rule where there is one of that name: the batch's own rule otherwise
   * @returns the name the output has now
   * @throws Failure `collision`, or what the file system says
   */
  async publish(
    folder: OpenFolder,
    part: string,
    wanted: string,
    rule = this.#rule,
  ): Promise<string> {
    const mine = await keyAt(folder, part);
    this.#mine.add(mine);
    try {
      const name = await this.#move(folder, part, wanted, rule);
      this.#noteDown(folder, name);
      return name;
    } catch (error) {
      this.#mine.delete(mine);
      throw error;
    }
  }

  /** A file that got its name before an interruption. */
  async remember(folder: OpenFolder, name: string): Promise<void> {
    this.#mine.add(await keyAt(folder, name));
    this.#noteDown(folder, name);
  }

  /** Removes the claim on a name that a partial file did not get because of an interruption. */
  async dropClaim(folder: OpenFolder, part: string, wanted: string): Promise<void> {
    for (let n = 2, name = wanted; ; name = numberedName(wanted, n), n++) {
      const size = await sizeAt(folder, name);
      if (size === null) return;
      if (size === part.length && (await isClaim(folder, part, name))) {
        await rm(folder.at(name), { force: true });
        return;
      }
    }
  }

  #noteDown({ path: folder }: OpenFolder, name: string): void {
    const place = path.join(folder, name);
    this.#places.add(place);
    this.#placesOfAnyCase.add(ofAnyCase(place));
  }

  async #move(
    folder: OpenFolder,
    part: string,
    wanted: string,
    rule: ConflictRule,
  ): Promise<string> {
    if (rule === 'replace') {
      await this.#inTurn(() => this.#replace(folder, part, wanted));
      return wanted;
    }
    for (let n = 2, name = wanted; ; name = numberedName(wanted, n), n++) {
      if (await this.#moveToFree(folder, part, name)) return name;
      if (rule === 'skip' && (await this.#isMine(folder, name))) throw nameCollision(name);
    }
  }

  async #replace(folder: OpenFolder, part: string, name: string): Promise<void> {
    if (await this.#isMine(folder, name)) throw nameCollision(name);
    await rename(folder.at(part), folder.at(name));
  }

  /** false: there is a file of that name already. link(2), unlike rename(2), never overwrites. */
  async #moveToFree(folder: OpenFolder, part: string, name: string): Promise<boolean> {
    try {
      await link(folder.at(part), folder.at(name));
    } catch (error) {
      const code = codeOf(error);
      if (withoutLinks.has(code)) return this.#inTurn(() => claimAndMove(folder, part, name));
      if (code !== 'EEXIST') throw error;
      if (!(await isSameFile(folder, part, name))) return false;
    }
    await unlink(folder.at(part));
    return true;
  }

  /** Whether the file that has this name now is an output of this batch. */
  async #isMine(folder: OpenFolder, name: string): Promise<boolean> {
    const there = await keyAt(folder, name).catch(() => null);
    if (there === null) return false;
    if (this.#mine.has(there)) return true;
    const place = path.join(folder.path, name);
    if (!this.#placesOfAnyCase.has(ofAnyCase(place))) return false;
    if (await hasLastingNumbers(folder.here)) return false;
    // On a case-sensitive disk this name exists beside the given one.
    return this.#places.has(place) || !(await readdir(folder.here)).includes(name);
  }
}

/** What file systems without hard links (FAT, some network shares) say. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * First a new file claims the name (this fails if the name exists), then the partial file is
 * renamed over it. The claim says whose it is. An empty file would not tell, especially on FUSE,
 * where a file's size can be cached under its other name.
 */
const claimAndMove = async (folder: OpenFolder, part: string, name: string): Promise<boolean> => {
  const claim = await openNew(folder.at(name));
  if (claim === null) return false;
  try {
    await claim.writeFile(part).finally(() => claim.close());
    await rename(folder.at(part), folder.at(name));
    return true;
  } catch (error) {
    await unlink(folder.at(name)).catch(() => undefined);
    throw error;
  }
};

/** null: there is a file of that name already. */
export const openNew = async (file: string): Promise<FileHandle | null> => {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return null;
    throw error;
  }
};

/** In bytes, -1 of what is no file; null: there is nothing of that name. */
const sizeAt = async (folder: OpenFolder, name: string): Promise<number | null> => {
  const stats = await lstat(folder.at(name)).catch(() => null);
  if (stats === null) return null;
  return stats.isFile() ? stats.size : -1;
};

export const isClaim = async (folder: OpenFolder, part: string, name: string): Promise<boolean> => {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW;
  const text = readFile(folder.at(name), { encoding: 'utf8', flag });
  return (await text.catch(() => null)) === part;
};

/**
 * Whether an interruption came between the two steps: the name exists, and the partial file too.
 */
export const isSameFile = async (
  folder: OpenFolder,
  part: string,
  name: string,
): Promise<boolean> => {
  try {
    return (await keyAt(folder, part)) === (await keyAt(folder, name));
  } catch {
    return false;
  }
};

/** Which file has this name now. */
const keyAt = async (folder: OpenFolder, name: string): Promise<string> => {
  const { device, inode } = identityOf(await lstat(folder.at(name), { bigint: true }));
  return `${device}:${inode}`;
};

const ofAnyCase = (place: string): string => place.normalize('NFC').toUpperCase().toLowerCase();

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
