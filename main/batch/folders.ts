import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedFolder } from '../../shared/batch.ts';
import { isErrno, syncFolder, withFileFailures } from '../system/index.ts';
import { type FolderPlace, type OpenFolder, OpenFolders } from '../engine/index.ts';

/** The folders of a batch: the planned ones, and those it has created. */
export class BatchFolders {
  readonly #places: Map<string, PlannedFolder>;
  readonly #making = new Map<string, Promise<void>>();

  constructor(planned: readonly PlannedFolder[]) {
    this.#places = new Map(planned.map((folder) => [folder.path, folder]));
  }

  /** Runs `work` with folders that are held open. */
  during<T>(work: (folders: OpenFolders) => Promise<T>): Promise<T> {
    return OpenFolders.during((folder) => this.placeOf(folder), work);
  }

  placeOf(folder: string): FolderPlace {
    const { path: at, root, identity } = this.#planned(folder);
    return { path: at, root, identity };
  }

  /** The folders of these files. */
  of(files: readonly string[]): FolderPlace[] {
    const folders = new Set(files.map((file) => path.dirname(file)));
    return [...folders].map((folder) => this.placeOf(folder));
  }

  /**
   * Creates an output folder and those above it if they are missing, and syncs their names.
   * @throws Failure if another folder or a link has replaced a planned one
   */
  make(folder: string): Promise<void> {
    const known = this.#making.get(folder);
    if (known !== undefined) return known;
    const making = this.#make(this.#planned(folder));
    this.#making.set(folder, making);
    // The cause may be gone when the next file needs the folder.
    making.catch(() => this.#making.delete(folder));
    return making;
  }

  async #make(place: PlannedFolder): Promise<void> {
    if (place.identity === null) {
      if (place.path === place.root) await makeChosen(place.path, place.mode);
      else await this.#makeBelow(place);
    }
    await this.during(async (folders) => {
      const { identity } = await folders.of(place.path);
      this.#places.set(place.path, { ...place, identity });
    });
  }

  async #makeBelow(place: PlannedFolder): Promise<void> {
    const parent = path.dirname(place.path);
    await this.make(parent);
    await this.during(async (folders) =>
      makeIn(await folders.of(parent), path.basename(place.path), place.mode),
    );
  }

  /** Plans of earlier versions do not name their folders. */
  #planned(folder: string): PlannedFolder {
    const place = this.#places.get(folder);
    return place ?? { path: folder, root: folder, identity: null, mode: null };
  }
}

type FolderNames = Pick<OpenFolder, 'at' | 'here'>;

/** The chosen folder and those above it, also through links, as the user chose them. */
const makeChosen = async (folder: string, mode: number | null): Promise<void> => {
  if (await isThere(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeChosen(parent, mode);
  const names: FolderNames = { here: parent, at: (name) => path.join(parent, name) };
  await makeIn(names, path.basename(folder), mode);
};

/** Not a recursive mkdir, which reports read-only or forbidden folders as "not found". */
const makeIn = async (parent: FolderNames, name: string, mode: number | null): Promise<void> => {
  try {
    await mkdir(parent.at(name), { mode: mode ?? 0o777 });
  } catch (error) {
    // Another file of the batch was faster.
    if (isErrno(error, 'EEXIST')) return;
    throw error;
  }
  if (mode !== null) await keepOutGroup(parent.at(name));
  await syncFolder(parent.here);
};

const GROUP = 0o070;

/** If the folder inherits its parent's group, that group gets no more rights than everybody. */
const keepOutGroup = async (folder: string): Promise<void> => {
  if (process.getegid === undefined) return;
  const made = await open(
    folder,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  try {
    const { gid, mode } = await made.stat();
    if (gid === process.getegid()) return;
    await made.chmod((mode & 0o707) | ((mode << 3) & mode & GROUP));
  } finally {
    await made.close();
  }
};

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  );

/** Syncs the folders of these files, so that the new names are on disk. @throws Failure */
export const syncFoldersOf = async (open: OpenFolders, files: readonly string[]): Promise<void> => {
  const folders = new Set(files.map((file) => path.dirname(file)));
  await withFileFailures(
    Promise.all([...folders].map(async (folder) => syncFolder((await open.of(folder)).here))),
    'output',
  );
};
