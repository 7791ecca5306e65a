import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface WorkFolder {
  readonly path: string;
  /** The kind of disk that it is on, in words. */
  readonly kind: string;
  /** Whether it is in memory, so that no tool waits for a disk. */
  readonly inMemory: boolean;
  readonly remove: () => void;
}

const MEMORY = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** A tmpfs may be larger than the free memory: what it contains takes memory from everything else. */
const availableMemory = (): number => {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kib ?? 0) * 1024;
};

const hasRoomInMemory = (bytes: number): boolean =>
  existsSync(MEMORY) && Math.min(freeBytes(MEMORY), availableMemory() / 2) > bytes;

/**
 * Makes an empty folder to work in. On a disk all tools would wait for the disk, so memory is used
 * where there is enough and no folder was given.
 * @throws Error where there is not enough space
 */
export const makeWorkFolder = (wanted: string | null, bytes: number): WorkFolder => {
  const parent = wanted ?? (hasRoomInMemory(bytes) ? MEMORY : tmpdir());
  if (freeBytes(parent) < bytes) {
    throw new Error(`this needs ${Math.ceil(bytes / 1e9)} GB of free space in ${parent}`);
  }
  const folder = mkdtempSync(path.join(parent, 'claviger-bench-'));
  const inMemory = statfsSync(folder).type === TMPFS_MAGIC;
  return {
    path: folder,
    kind: `${parent}, ${inMemory ? 'in memory (tmpfs)' : 'on a disk'}`,
    inMemory,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
};
