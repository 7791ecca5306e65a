import { constants } from 'node:fs';
import { access, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { foreignTrash, noTrash } from '../../shared/messages/failures/batch.ts';
import { makeFolder } from '../system/index.ts';

/** The system's trash. */
export interface Trash {
  /** Whether files of this folder can be moved there. Changes nothing. */
  serves(folder: string): Promise<boolean>;
  /**
   * Moves a file there; its name and place are kept for restoring it.
   * @param at a path that leads to this file, whatever happened to the folders above it
   * @throws Failure, errno
   */
  take(file: string, at: string): Promise<void>;
}

interface Place {
  readonly folder: string;
  /** Base of the relative paths in it, if it is the trash of a disk. */
  readonly top: string | null;
}

/** Of the FreeDesktop.org Trash specification 1.0: the user's own, and one on each other disk. */
export class FreedesktopTrash implements Trash {
  readonly #own: string;
  readonly #uid: number;

  constructor(env: NodeJS.ProcessEnv = process.env, uid: number = process.getuid?.() ?? 0) {
    const data = env['XDG_DATA_HOME'];
    const base = data !== undefined && path.isAbsolute(data) ? data : inHome(env);
    this.#own = path.join(base, 'Trash');
    this.#uid = uid;
  }

  async serves(folder: string): Promise<boolean> {
    try {
      const { dev } = await stat(folder);
      const { folder: place } = await this.#placeFor(folder, dev);
      await access(await nearest(place), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  async take(file: string, at: string): Promise<void> {
    const { dev } = await lstat(at);
    const place = await this.#placeFor(path.dirname(file), dev);
    const files = path.join(place.folder, 'files');
    const infos = path.join(place.folder, 'info');
    for (const folder of [files, infos]) await makeFolder(folder);
    const kept = place.top === null ? file : path.relative(place.top, file);
    const { name, info } = await claim(files, infos, path.basename(file), infoOf(kept));
    try {
      await rename(at, path.join(files, name));
    } catch (error) {
      await rm(info, { force: true });
      throw error;
    }
  }

  /** Files are never copied to another disk: the trash is on the disk of the file. */
  async #placeFor(folder: string, dev: number): Promise<Place> {
    if ((await stat(await nearest(this.#own))).dev === dev) return { folder: this.#own, top: null };
    const top = await topOf(folder, dev);
    const shared = path.join(top, '.Trash');
    if (await isShared(shared)) return { folder: path.join(shared, String(this.#uid)), top };
    const own = path.join(top, `.Trash-${this.#uid}`);
    await refuseForeign(own, this.#uid);
    return { folder: own, top };
  }
}

/** For systems without a trash that this program can use. */
export const withoutTrash: Trash = {
  serves: () => Promise.resolve(false),
  take: () => Promise.reject(noTrash()),
};

/** Without the help of Electron. */
export const trashHere = (): Trash =>
  process.platform === 'linux' ? new FreedesktopTrash() : withoutTrash;

const inHome = (env: NodeJS.ProcessEnv): string =>
  path.join(env['HOME'] ?? homedir(), '.local', 'share');

/** The folder itself, or the first above it that is there. */
const nearest = async (folder: string): Promise<string> => {
  const there = await stat(folder).then(
    () => true,
    () => false,
  );
  const above = path.dirname(folder);
  return there || above === folder ? folder : nearest(above);
};

/** The highest folder of this disk. */
const topOf = async (folder: string, dev: number): Promise<string> => {
  const above = path.dirname(folder);
  if (above === folder || (await stat(above)).dev !== dev) return folder;
  return topOf(above, dev);
};

const STICKY = 0o1000;

/** A trash folder shared by all users is used only if others cannot replace what is in it. */
const isShared = (folder: string): Promise<boolean> =>
  lstat(folder).then(
    (stats) => stats.isDirectory() && (stats.mode & STICKY) !== 0,
    () => false,
  );

const refuseForeign = async (folder: string, uid: number): Promise<void> => {
  const stats = await lstat(folder).catch(() => null);
  if (stats === null || (stats.isDirectory() && stats.uid === uid)) return;
  throw foreignTrash(folder);
};

const two = (value: number): string => String(value).padStart(2, '0');

const infoOf = (file: string): string => {
  const now = new Date();
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const clock = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const escaped = file.split('/').map(encodeURIComponent).join('/');
  return `[Trash Info]\nPath=${escaped}\nDeletionDate=${day}T${clock}\n`;
};

/** Longest part of a name, in bytes, so that a suffix still fits. */
const NAME_BYTES = 230;

const short = (name: string): string => {
  let kept = name;
  while (Buffer.byteLength(kept) > NAME_BYTES) kept = Array.from(kept).slice(0, -1).join('');
  return kept;
};

/** The name belongs to the process that creates the info file first. */
const claim = async (
  files: string,
  infos: string,
  base: string,
  content: string,
): Promise<{ name: string; info: string }> => {
  for (let n = 1; ; n++) {
    const name = n === 1 ? short(base) : `${short(base)}.${n}`;
    const info = path.join(infos, `${name}.trashinfo`);
    const handle = await open(info, 'wx', 0o600).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
      throw error;
    });
    if (handle === null) continue;
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    if ((await lstat(path.join(files, name)).catch(() => null)) === null) return { name, info };
    // A file without an info file has this name; leave it alone.
    await rm(info, { force: true });
  }
};
