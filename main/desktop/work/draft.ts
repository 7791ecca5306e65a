import path from 'node:path';
import { lstat } from 'node:fs/promises';
import type { Draft as DraftView, Item } from '../../../shared/contract/work.ts';
import { limits } from '../../../shared/limits.ts';
import { tooManyItems } from '../../../shared/messages/failures/desktop.ts';
import { encryptedAmong, walk } from '../../batch/index.ts';
import { Handles, requireOnDisk } from '../common/index.ts';

/** The files and folders that have not been planned yet. */
export class Draft {
  readonly #items = new Handles<Item>('files');
  /** Requests from before it was cleared no longer add anything. */
  #cleared = 0;

  get paths(): string[] {
    return this.#items.entries().map(([, { path: file }]) => file);
  }

  /** An entry that is added again gets a new ID. */
  get ids(): string[] {
    return this.#items.entries().map(([id]) => id);
  }

  view(): DraftView {
    return { items: this.#items.entries().map(([id, item]) => ({ ...item, id })) };
  }

  /** @throws Failure 'invalid-request' if a path is not a real file */
  async add(paths: readonly string[]): Promise<DraftView> {
    requireOnDisk(paths);
    const known = new Set(this.paths);
    const fresh = [...new Set(paths.map((each) => path.resolve(each)))].filter(
      (each) => !known.has(each),
    );
    if (known.size + fresh.length > limits.draftItems) throw tooManyItems(limits.draftItems);
    const cleared = this.#cleared;
    const items: Item[] = [];
    for (const each of fresh) {
      if (cleared !== this.#cleared) break;
      items.push(await describe(each));
    }
    if (cleared === this.#cleared) this.#give(items);
    return this.view();
  }

  /**
   * Adds known files; those that are not there any more are left out.
   * @returns how many those are
   */
  async addKnown(paths: readonly string[]): Promise<number> {
    const there: string[] = [];
    for (const each of paths) if (await isThere(each)) there.push(each);
    await this.add(there.slice(0, limits.draftItems - this.paths.length));
    return paths.length - there.length;
  }

  remove(ids: readonly string[]): DraftView {
    for (const id of ids) this.#items.remove(id);
    return this.view();
  }

  clear(): DraftView {
    this.#cleared++;
    this.#items.clear();
    return this.view();
  }

  /** Each path once, even if it was dropped twice at the same time. */
  #give(items: readonly Item[]): void {
    const known = new Set(this.paths);
    for (const item of items) if (!known.has(item.path)) this.#items.give(item);
  }
}

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );

/** Unreadable files count as nothing here; the plan says why. */
const describe = async (file: string): Promise<Item> => {
  const folder = await lstat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  const files = (await walk([file])).filter((found) => found.kind === 'file');
  const encrypted = await encryptedAmong(files);
  return {
    id: '',
    name: path.basename(file),
    path: file,
    folder,
    files: files.length,
    encrypted: encrypted.size,
    bytes: files.reduce((sum, { stats }) => sum + Number(stats.size), 0),
  };
};
