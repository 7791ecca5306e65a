import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Found } from './walk.ts';

/** The files that a batch found, distinguished by disk and inode as well as by name. */
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

  /** Whether the file at this place is one of them. */
  async include(file: string): Promise<boolean> {
    if (this.#paths.has(file)) return true;
    const stats = await lstat(file, { bigint: true }).catch(() => null);
    return stats !== null && this.#numbers.has(numbersOf(stats));
  }

  /**
   * Adds a file. Hard links count as separate files; another path to the same name, through a link
   * to its folder or in other case, does not.
   * @param folder the same for all paths to its folder
   * @returns the path under which it was added before, or null
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

/** On many systems, names that differ only in case or Unicode form are one file. */
export const nameKey = (name: string): string =>
  process.platform === 'linux' ? name : ofAnyCase(name);

const ofAnyCase = (name: string): string => name.normalize('NFC').toLowerCase();

const numbersOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
