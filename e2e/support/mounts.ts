import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** File systems of their own, for what permissions cannot show to root. Only root may mount. */
export const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

export interface Mount {
  readonly folder: string;
  readonly unmount: () => void;
}

const unmountOf = (folder: string) => (): void => {
  execFileSync('umount', [folder]);
};

/** A file system in memory with this much room. */
export const mountSmallDisk = (folder: string, mebibytes: number): Mount => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
  return { folder, unmount: unmountOf(folder) };
};

/** Another view of `original`, in which nothing can be written. */
export const mountReadOnly = (original: string, folder: string): Mount => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['--bind', original, folder]);
  execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
  return { folder, unmount: unmountOf(folder) };
};

/** What is mounted here can no longer be written, also for those who have it open; or again. */
export const remount = (folder: string, how: 'ro' | 'rw'): void => {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
};

/** Takes all the room that is left, to the last block. */
export const fill = (file: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  for (const size of [1024 * 1024, 4_096, 1]) {
    const bytes = Buffer.alloc(size);
    try {
      for (;;) writeFileSync(file, bytes, { flag: 'a' });
    } catch {
      // Smaller pieces may still fit.
    }
  }
};
