import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileInVault } from '../../../shared/messages/failures/store.ts';

/** Device and inode: the same for one file, by whatever way one comes to it. */
type Numbers = Pick<BigIntStats, 'dev' | 'ino'>;

/**
 * The vault's own folders and files. They are known by device and inode, too: a bind mount, a link
 * or a disk that ignores case gives them other names.
 */
export class OwnFiles {
  readonly #place: string;
  readonly #numbers: ReadonlySet<string>;
  /** By folder as it is named, and by where it lies: a plan asks for every file. */
  readonly #named = new Map<string, Promise<boolean>>();
  readonly #known = new Map<string, Promise<boolean>>();

  private constructor(place: string, numbers: ReadonlySet<string>) {
    this.#place = place;
    this.#numbers = numbers;
  }

  static async of(vault: string): Promise<OwnFiles> {
    const numbers = new Set<string>();
    await collect(vault, numbers);
    return new OwnFiles(await placeOf(vault), numbers);
  }

  includes(file: Numbers): boolean {
    return this.#numbers.has(keyOf(file));
  }

  /** Whether a file or folder is in the vault, or would be once it is created. */
  holds(folder: string): Promise<boolean> {
    const known = this.#named.get(folder) ?? this.#find(folder);
    this.#named.set(folder, known);
    return known;
  }

  async #find(folder: string): Promise<boolean> {
    const place = await placeOf(folder);
    return isInside(place, this.#place) || this.#isBelowOwn(place);
  }

  /** Up the chain of folders. */
  #isBelowOwn(folder: string): Promise<boolean> {
    const known = this.#known.get(folder) ?? this.#look(folder);
    this.#known.set(folder, known);
    return known;
  }

  async #look(folder: string): Promise<boolean> {
    const stats = await stat(folder, { bigint: true }).catch(() => null);
    if (stats !== null && this.includes(stats)) return true;
    const parent = path.dirname(folder);
    return parent !== folder && this.#isBelowOwn(parent);
  }
}

/**
 * What is written for people to keep never goes into the vault, nor over one of its files.
 * @param vault null where none is open
 * @throws Failure 'not-allowed'
 */
export const refuseInVault = async (vault: string | null, file: string): Promise<void> => {
  if (vault === null || !(await (await OwnFiles.of(vault)).holds(path.resolve(file)))) return;
  throw fileInVault(file);
};

const collect = async (file: string, numbers: Set<string>): Promise<void> => {
  const stats = await lstat(file, { bigint: true }).catch(() => null);
  if (stats === null) return;
  numbers.add(keyOf(stats));
  if (!stats.isDirectory()) return;
  const entries = await readdir(file, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const { name } of entries) await collect(path.join(file, name), numbers);
};

const keyOf = ({ dev, ino }: Numbers): string => `${dev}:${ino}`;

/** Where a folder really lies; of what is not there yet, where it would be made. */
const placeOf = async (folder: string): Promise<string> => {
  try {
    return await realpath(folder);
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : path.join(await placeOf(parent), path.basename(folder));
  }
};

const isInside = (file: string, folder: string): boolean => {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};
