import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Found } from './walk.ts';

/** The files that a batch found, told apart by disk and inode as well as by name. */
export class InputFiles {
  readonly #paths = new Set<string>();
  readonly #numbers = new Set<string>();
  readonly #taken = new Map<string, string>();

  constructor(found: readonly Found[]) {
    for (const item of found) {
      this.#paths.add(item.file);
      if (item.kind === 'file') this.#numbers.add(numbersOf(item.stats));
    }
  }

  /** Whether what lies at this place is one of them. */
  async include(file: string): Promise<boolean> {
    if (this.#paths.has(file)) return true;
    const stats = await lstat(file, { bigint: true }).catch(() => null);
    return stats !== null && this.#numbers.has(numbersOf(stats));
  }

  /**
   * Takes a file. Hard links are files of their own; a path over a link to its folder, or in other
   * letters, is not.
   * @param folder the same for all paths to its folder
   * @returns the path under which it was taken before, or null
   */
  sameAs(file: string, stats: BigIntStats, folder: string): string | null {
    const name = path.basename(file);
    const isOnly = stats.nlink === 1n;
    const key = `${folder}/${isOnly ? `${ofAnyCase(name)}/${numbersOf(stats)}` : name}`;
    const other = this.#taken.get(key) ?? null;
    if (other === null) this.#taken.set(key, file);
    return other;
  }
}

/** Names that differ only in case or in their Unicode form are one file on many systems. */
export const nameKey = (name: string): string =>
  process.platform === 'linux' ? name : ofAnyCase(name);

const ofAnyCase = (name: string): string => name.normalize('NFC').toLowerCase();

const numbersOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
