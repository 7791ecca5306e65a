import { constants } from 'node:fs';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { notOrdinaryFile } from '../../../shared/messages/failures/store.ts';
import { isErrno, syncFolder } from '../../system/index.ts';
import { type Files, OtherFile } from './files.ts';

const PRIVATE = 0o600;
const PIECE = 256 * 1024;
const { O_RDONLY, O_RDWR, O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
/** A link is not followed, and a FIFO is not waited for. Windows has neither flag. */
const SAFELY = O_NOFOLLOW | O_NONBLOCK;

/**
 * A folder of the local file system. Every file it creates is readable by its owner only. Others
 * may write into it too: what is no ordinary file with a single name is neither read nor written.
 */
export class FolderFiles implements Files {
  readonly #folder: string;
  /** Which file each name stood for when something was first added to it. */
  readonly #identities = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<Buffer | null> {
    try {
      return await this.#with(name, O_RDONLY, (file) => file.readFile());
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  async readAt(name: string, offset: number, length: number): Promise<Buffer> {
    return this.#with(name, O_RDONLY, async (file) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    });
  }

  async *stream(name: string, from: number, to?: number): AsyncGenerator<Buffer> {
    if (to !== undefined && to <= from) return;
    const file = await this.#open(name, O_RDONLY);
    try {
      const end = to === undefined ? {} : { end: to - 1 };
      const pieces = file.createReadStream({
        ...{ start: from, highWaterMark: PIECE, autoClose: false },
        ...end,
      });
      for await (const piece of pieces as AsyncIterable<Buffer>) yield piece;
    } finally {
      await file.close();
    }
  }

  async writeSynced(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, 'new', async (file) => {
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  async overwriteSynced(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, O_RDWR, async (file) => {
      const { size } = await file.stat();
      await file.writeFile(bytes);
      if (size > bytes.length) await file.writeFile(Buffer.alloc(size - bytes.length));
      await file.sync();
      await file.truncate(bytes.length);
      await file.sync();
    });
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    // No O_CREAT: a ledger that was taken away must not start again as an empty one.
    await this.#with(name, O_WRONLY | O_APPEND, async (file) => {
      const { size, dev, ino } = await file.stat({ bigint: true });
      if (size !== BigInt(at)) throw new OtherFile(`${name} has ${size} bytes instead of ${at}`);
      this.#refuseAnother(name, `${dev} ${ino}`);
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  /** A folder that was exchanged underfoot must not get what belongs to the one that was opened. */
  #refuseAnother(name: string, identity: string): void {
    const known = this.#identities.get(name) ?? identity;
    if (known !== identity) throw new OtherFile(`${name} is another file than before`);
    this.#identities.set(name, identity);
  }

  async truncateSynced(name: string, length: number): Promise<void> {
    await this.#with(name, O_RDWR, async (file) => {
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
    await syncFolder(this.#folder);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #with<T>(
    name: string,
    flags: number | 'new',
    work: (file: FileHandle) => Promise<T>,
  ): Promise<T> {
    const file = flags === 'new' ? await this.#create(name) : await this.#open(name, flags);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  /** A new file, in place of whatever has the name now. */
  async #create(name: string): Promise<FileHandle> {
    const path = this.#path(name);
    await rm(path, { force: true });
    return open(path, O_WRONLY | O_CREAT | O_EXCL | SAFELY, PRIVATE);
  }

  async #open(name: string, flags: number): Promise<FileHandle> {
    const file = await open(this.#path(name), flags | SAFELY).catch((error: unknown) => {
      // ELOOP: a link. ENXIO: a FIFO that nobody reads, or a socket. EISDIR: a folder.
      throw ['ELOOP', 'ENXIO', 'EISDIR'].some((code) => isErrno(error, code))
        ? notOrdinaryFile(name)
        : error;
    });
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.nlink > 1) throw notOrdinaryFile(name);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}
