import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Mounted file systems, for tests where root would ignore permissions. Only root may mount. */
export const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

export interface Mount {
  readonly folder: string;
  readonly unmount: () => void;
}

const unmountOf = (folder: string) => (): void => {
  execFileSync('umount', [folder]);
};

/** A file system in memory with this much space. */
export const mountSmallDisk = (folder: string, mebibytes: number): Mount => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
  return { folder, unmount: unmountOf(folder) };
};

/** A bind mount of `original`. */
export const mountAgain = (original: string, folder: string): Mount => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['--bind', original, folder]);
  return { folder, unmount: unmountOf(folder) };
};

interface ImageKind {
  readonly format: readonly [string, ...string[]];
  readonly mount: readonly [string, ...string[]];
}

/** File systems of USB sticks: both ignore case, and exFAT has no hard links. */
const images = {
  exFAT: { format: ['mkfs.exfat'], mount: ['mount.exfat-fuse'] },
  NTFS: { format: ['mkntfs', '-q', '-F'], mount: ['lowntfs-3g', '-o', 'ignore_case'] },
} as const satisfies Record<string, ImageKind>;
export type ImageName = keyof typeof images;
export const imageNames: readonly ImageName[] = ['exFAT', 'NTFS'];

/** Why such a file system cannot be mounted here; null if it can. */
export const whyNoImage = (name: ImageName): string | null => {
  if (!mayMount) return 'only root may mount';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  const { format, mount } = images[name];
  const missing = ['losetup', format[0], mount[0]].filter((tool) => !isInstalled(tool));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
};

const isInstalled = (tool: string): boolean =>
  ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(path.join(folder, tool)));

/** A stick with such a file system, in a file. */
export const mountImage = (name: ImageName, folder: string, mebibytes: number): Mount => {
  const { format, mount } = images[name];
  const file = `${folder}.img`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '');
  truncateSync(file, mebibytes * 1024 * 1024);
  const device = execFileSync('losetup', ['-f', '--show', file], { encoding: 'utf8' }).trim();
  const quietly = { stdio: 'ignore' } as const;
  execFileSync(format[0], [...format.slice(1), device], quietly);
  execFileSync(mount[0], [...mount.slice(1), device, folder], quietly);
  const unmount = unmountOf(folder);
  return {
    folder,
    unmount: () => {
      unmount();
      execFileSync('losetup', ['-d', device]);
    },
  };
};

/** Ends the program that serves a stick's file system, so that every access to it fails. */
export const disconnect = ({ folder }: Mount): void => {
  const daemon = readdirSync('/proc').find((pid) => isDaemonOf(pid, folder));
  if (daemon === undefined) throw new Error(`nothing serves ${folder}`);
  process.kill(Number(daemon), 'SIGKILL');
};

const isDaemonOf = (pid: string, folder: string): boolean => {
  try {
    const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command === images.exFAT.mount[0] && args.includes(folder);
  } catch {
    return false;
  }
};

/** Clears the system's cache of files. Some file systems then give them new numbers. */
export const forgetFiles = (): void => writeFileSync('/proc/sys/vm/drop_caches', '2');

/** A read-only bind mount of `original`. */
export const mountReadOnly = (original: string, folder: string): Mount => {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['--bind', original, folder]);
  execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
  return { folder, unmount: unmountOf(folder) };
};

/** Makes a mount read-only, also for open files, or writable again. */
export const remount = (folder: string, how: 'ro' | 'rw'): void => {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
};

/** Fills all the free space, to the last block. */
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
