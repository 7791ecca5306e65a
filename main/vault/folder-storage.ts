import { constants, createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from './storage-failure.ts';
import type { Storage } from './storage.ts';

const PRIVATE = 0o600;
const PIECE = 256 * 1024;

/** A folder of the local file system. Every file it creates is readable by its owner only. */
export class FolderStorage implements Storage {
  readonly #folder: string;
  /** Which file each name stood for when something was first added to it. */
  readonly #identities = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<Buffer | null> {
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  async readAt(name: string, offset: number, length: number): Promise<Buffer> {
    return this.#with(name, 'r', async (file) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    });
  }

  async *stream(name: string, from: number, to?: number): AsyncGenerator<Buffer> {
    if (to !== undefined && to <= from) return;
    const end = to === undefined ? {} : { end: to - 1 };
    const pieces = createReadStream(this.#path(name), {
      start: from,
      highWaterMark: PIECE,
      ...end,
    });
    for await (const piece of pieces as AsyncIterable<Buffer>) yield piece;
  }

  async writeSynced(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, 'w', async (file) => {
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  async overwriteSynced(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, 'r+', async (file) => {
      const { size } = await file.stat();
      await file.writeFile(bytes);
      if (size > bytes.length) await file.writeFile(Buffer.alloc(size - bytes.length));
      await file.sync();
      await file.truncate(bytes.length);
      await file.sync();
    });
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    // No O_CREAT: a ledger that was taken away must not begin again as an empty one.
    await this.#with(name, constants.O_WRONLY | constants.O_APPEND, async (file) => {
      const { size, dev, ino } = await file.stat({ bigint: true });
      if (size !== BigInt(at)) throw new Error(`${name} has ${size} bytes instead of ${at}`);
      this.#refuseAnother(name, `${dev} ${ino}`);
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  /** A folder that was exchanged underfoot must not get what belongs to the one that was opened. */
  #refuseAnother(name: string, identity: string): void {
    const known = this.#identities.get(name) ?? identity;
    if (known !== identity) throw new Error(`${name} is another file than before`);
    this.#identities.set(name, identity);
  }

  async truncateSynced(name: string, length: number): Promise<void> {
    await this.#with(name, 'r+', async (file) => {
      await file.truncate(length);
      await file.sync();
    });
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(this.#path(from), this.#path(to));
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  async list(): Promise<string[]> {
    return readdir(this.#folder);
  }

  async syncFolder(): Promise<void> {
    await syncDirectory(this.#folder);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #with<T>(
    name: string,
    flags: string | number,
    work: (file: FileHandle) => Promise<T>,
  ): Promise<T> {
    const file = await open(this.#path(name), flags, PRIVATE);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }
}

/** Makes the names in a folder durable. Windows has no such call and journals names itself. */
export const syncDirectory = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
