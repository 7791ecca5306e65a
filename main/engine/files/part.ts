import { closeSync, fsync, openSync, unlinkSync, writevSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from '../../system/index.ts';

/**
 * Parts: unfinished outputs. Each is in the destination folder with its own name, is
 * readable by its owner only, and becomes the output by a rename once everything is on disk.
 *
 * They belong to the program that started this engine. Once that is gone another one may resume the
 * batch, and a part of this name may then be that one's: an engine that was stopped and continues
 * without its parent neither makes nor removes any.
 */
export class Parts {
  readonly #parent: number;

  /** @param parent process that started the engine; another one takes an orphan over (_exit(2)) */
  constructor(parent: number) {
    this.#parent = parent;
  }

  /** @throws Error if the program that wanted the part has ended */
  create(path: string): number {
    if (this.#isOrphan) throw new Error('the program that started this engine is gone');
    return openSync(path, 'wx+', 0o600);
  }

  /** Closes and removes a part that will not become an output. */
  discard(fd: number, path: string): void {
    closeSync(fd);
    this.remove(path);
  }

  /**
   * Puts a part and its name on disk and closes it; removes it where that fails. It is never closed
   * twice: its number may be that of another file by then.
   */
  async finish(fd: number, path: string, folder = syncFolder(dirname(path))): Promise<void> {
    try {
      await Promise.all([syncAndClose(fd), folder]);
    } catch (error) {
      this.remove(path);
      throw error;
    }
  }

  /** Removes a part that is closed, or was never made. */
  remove(path: string): void {
    if (!this.#isOrphan) removeFile(path);
  }

  get #isOrphan(): boolean {
    return process.ppid !== this.#parent;
  }
}

/** Not with rm(), which takes what it may not remove for a folder, and says so. */
const removeFile = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Writes all pieces one after another from a position; system calls may take only some at once. */
export const writeAll = (fd: number, pieces: readonly Uint8Array[], position: number): void => {
  let at = position;
  let rest = pieces.filter((piece) => piece.length > 0);
  while (rest.length > 0) {
    const written = writevSync(fd, rest, at);
    at += written;
    rest = afterBytes(rest, written);
  }
};

const afterBytes = (pieces: readonly Uint8Array[], count: number): Uint8Array[] => {
  let skip = count;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip < piece.length) rest.push(piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return rest;
};

const fsyncAsync = promisify(fsync);

/** Puts a file on disk and closes it. */
const syncAndClose = async (fd: number): Promise<void> => {
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd); // has nothing left to wait for
  }
};
