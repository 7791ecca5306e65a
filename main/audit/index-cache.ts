import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, errnoOf, makeFolder, replaceFile, sha256 } from '../system/index.ts';

/** Which ledger an index is about. */
export interface IndexedLedger {
  readonly vault: string;
  readonly epoch: number;
}

/**
 * Saves search indexes outside of the vaults' folders: who can write there must not choose what is
 * found.
 */
export interface IndexCache {
  /** Null if none is saved, or it was changed. */
  read(ledger: IndexedLedger): Promise<Buffer | null>;
  write(ledger: IndexedLedger, image: Buffer): Promise<void>;
}

/** In the cache of the system's user; none is kept for a user without one. */
export const userIndexCache = (
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): IndexCache | undefined => {
  const folder = cacheFolder(env, platform);
  return folder === null ? undefined : folderIndexCache(folder);
};

const SHA256_BYTES = 32;

/**
 * Search indexes in a folder of this user, each preceded by its SHA-256. It is a cache: if it
 * cannot be read or written, the index is silently rebuilt.
 */
export const folderIndexCache = (folder: string): IndexCache => {
  const fileOf = ({ vault, epoch }: IndexedLedger): string =>
    path.join(folder, `${vault}-${epoch}.index`);
  return {
    read: async (ledger) => {
      const bytes = await readOwn(fileOf(ledger)).catch(() => null);
      const image = bytes?.subarray(SHA256_BYTES) ?? null;
      return image !== null && bytes?.subarray(0, SHA256_BYTES).equals(digestOf(image)) === true
        ? image
        : null;
    },
    write: async (ledger, image) => {
      const file = fileOf(ledger);
      try {
        await makeFolder(path.dirname(file));
        await replaceFile(file, Buffer.concat([digestOf(image), image]));
      } catch (error) {
        if (errnoOf(error) === null) throw error;
      }
    },
  };
};

const digestOf = (bytes: Uint8Array): Buffer => Buffer.from(sha256(bytes), 'hex');

/** Only a regular file of this user's counts. */
const readOwn = async (file: string): Promise<Buffer | null> => {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags);
  try {
    const stats = await handle.stat();
    const isOwn = (process.getuid?.() ?? stats.uid) === stats.uid;
    return stats.isFile() && isOwn ? await handle.readFile() : null;
  } finally {
    await handle.close();
  }
};
