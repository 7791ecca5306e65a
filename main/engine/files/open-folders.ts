import { basename, dirname } from 'node:path';
import { type FolderPlace, OpenFolder } from './open-folder.ts';

/** The folders of a piece of work, held open as long as it lasts. Each is opened once. */
export class OpenFolders {
  readonly #placeOf: (folder: string) => FolderPlace;
  readonly #open = new Map<string, Promise<OpenFolder>>();

  private constructor(placeOf: (folder: string) => FolderPlace) {
    this.#placeOf = placeOf;
  }

  static async during<T>(
    placeOf: (folder: string) => FolderPlace,
    work: (folders: OpenFolders) => Promise<T>,
  ): Promise<T> {
    const folders = new OpenFolders(placeOf);
    try {
      return await work(folders);
    } finally {
      await folders.#close();
    }
  }

  /** @throws Failure, or what the file system says */
  of(folder: string): Promise<OpenFolder> {
    const open = this.#open.get(folder) ?? OpenFolder.open(this.#placeOf(folder));
    this.#open.set(folder, open);
    return open;
  }

  /** A path that leads to this very file's place while the folders are open. */
  async at(file: string): Promise<string> {
    return (await this.of(dirname(file))).at(basename(file));
  }

  async #close(): Promise<void> {
    for (const opening of this.#open.values()) {
      const folder = await opening.catch(() => null);
      await folder?.close();
    }
  }
}
