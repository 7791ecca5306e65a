import { createHash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  type Dirent,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isPartName } from '../../main/batch/output-name.ts';
import { wholeMilliseconds } from '../../main/engine/files/file-times.ts';
import type { Seeded } from './seeded.ts';

/** What is compared in a tree: kind, bytes, mode and time of each path below the root. */
export type Snapshot = Readonly<Record<string, string>>;

const PIECE = 1024 * 1024;

/** SHA-256 of a file of any size, hex. */
export const sha256Of = (file: string): string => {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(PIECE);
  const fd = openSync(file, 'r');
  try {
    for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, got));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
};

const PIECE_BYTES = 4 * 1024 * 1024;

/** What a receipt says of a file; docs/ledger.md, "Digests of files". */
export const digestOfFile = (file: string): { algorithm: 'sha256' | 'sha256-4m'; hex: string } => {
  const bytes = readFileSync(file);
  const sha256 = (part: Uint8Array): Buffer => createHash('sha256').update(part).digest();
  if (bytes.length <= PIECE_BYTES)
    return { algorithm: 'sha256', hex: sha256(bytes).toString('hex') };
  const pieces = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    pieces.push(sha256(bytes.subarray(at, at + PIECE_BYTES)));
  return { algorithm: 'sha256-4m', hex: sha256(Buffer.concat(pieces)).toString('hex') };
};

interface Entry {
  readonly path: string;
  readonly isFile: boolean;
}

/** Everything below a folder, also while somebody else adds and removes files there. */
const entriesIn = (root: string): Entry[] => {
  let entries: Dirent[];
  try {
    entries = readdirSync(root, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(root, entry.name);
      const below = entry.isDirectory() ? entriesIn(path) : [];
      return [{ path, isFile: entry.isFile() }, ...below];
    });
};

/** Every path below a folder, folders before their contents; empty if it does not exist. */
export const pathsIn = (root: string): string[] => entriesIn(root).map(({ path }) => path);

export const filesIn = (root: string): string[] =>
  entriesIn(root).flatMap(({ path, isFile }) => (isFile ? [path] : []));

const describePath = (path: string): string => {
  const stats = lstatSync(path, { bigint: true });
  const mode = (stats.mode & 0o7777n).toString(8);
  if (stats.isDirectory()) return `folder ${mode}`;
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (!stats.isFile()) return `special ${mode}`;
  // The format keeps milliseconds.
  return `file ${mode} ${wholeMilliseconds(stats.mtimeNs)} ${sha256Of(path)}`;
};

export const snapshotOf = (root: string): Snapshot =>
  Object.fromEntries(pathsIn(root).map((path) => [relative(root, path), describePath(path)]));

/** The files that differ between two trees, with their old and new contents; folders do not count. */
export const differences = (before: Snapshot, after: Snapshot): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((path) => ({ path, was: before[path] ?? 'nothing', is: after[path] ?? 'nothing' }))
    .filter(({ was, is }) => was !== is && !(was.startsWith('folder') || is.startsWith('folder')))
    .map(({ path, was, is }) => `${path}: ${was} -> ${is}`);

/** Unfinished outputs anywhere below a folder. */
export const partsIn = (root: string): string[] =>
  pathsIn(root).filter((path) => isPartName(basename(path)));

export const writeFile = (path: string, content: string | Buffer, mode = 0o644): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  return path;
};

export interface TreeShape {
  readonly files: number;
  /** Largest small file in bytes. */
  readonly most: number;
  /** Sizes of further files, in addition to the small ones. */
  readonly sizes?: readonly number[];
}

/** A tree of files of random sizes and contents in random folders, some of them deep. */
export const randomTree = (root: string, random: Seeded, shape: TreeShape): string => {
  const folders = [''];
  for (let i = 0; i < Math.ceil(shape.files / 12); i++) {
    const parent = folders[random.below(folders.length)] ?? '';
    folders.push(join(parent, `folder-${i}`));
  }
  const folder = (): string => join(root, folders[random.below(folders.length)] ?? '');
  for (let i = 0; i < shape.files; i++) {
    writeFile(join(folder(), `file-${i}.bin`), random.bytes(random.below(shape.most + 1)));
  }
  for (const size of shape.sizes ?? []) {
    writeFile(join(folder(), `large-${size}.bin`), random.bytes(size));
  }
  return root;
};
