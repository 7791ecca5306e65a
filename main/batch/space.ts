import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedFile } from '../../shared/batch.ts';
import { notEnoughSpace } from '../../shared/messages/failures/batch.ts';
import { GROUP_BYTES, GROUPS_AT_ONCE } from './groups.ts';

/**
 * Disk space that one output needs besides its content: header, metadata and tags, rounded up to
 * blocks.
 */
const PER_FILE = 8_192;
const TAGS_SHARE = 1 / 4_096;

export interface FreeSpace {
  /** Upper bound of the size of the outputs, in bytes. */
  readonly needed: number;
  /** Free disk space in bytes; the smallest value if the outputs go to several disks. */
  readonly free: number;
}

/**
 * Disk space for the outputs, for each disk; null if no disk reports it.
 * @throws Failure `disk-full` before anything is written
 */
export const checkSpace = async (files: readonly PlannedFile[]): Promise<FreeSpace | null> => {
  const disks = new Map<number, Disk>();
  const places = new Map<string, ExistingFolder>();
  for (const { input, output, size } of files) {
    if (output === null) continue;
    const target = path.dirname(output);
    const place = places.get(target) ?? (await existingFolder(target));
    places.set(target, place);
    const { folder, device } = place;
    const disk = disks.get(device) ?? { folder, added: 0, replaced: [] };
    const needed = Math.ceil(size * (1 + TAGS_SHARE)) + PER_FILE;
    if (output === input) disk.replaced.push(needed);
    else disk.added += needed;
    disks.set(device, disk);
  }
  let tightest: FreeSpace | null = null;
  for (const disk of disks.values()) {
    const { folder } = disk;
    const needed = disk.added + atOnce(disk.replaced);
    const free = await freeIn(folder);
    if (free === null) continue;
    if (free < needed) throw notEnoughSpace(folder, needed, free);
    if (tightest === null || free < tightest.free) tightest = { needed, free };
  }
  return tightest;
};

interface Disk {
  readonly folder: string;
  added: number;
  /** Outputs that take the places of their inputs. */
  readonly replaced: number[];
}

/** What exists beside the files that it replaces: the largest files, and groups of small ones. */
const atOnce = (sizes: readonly number[]): number => {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const largest = sizes.toSorted((a, b) => b - a).slice(0, GROUPS_AT_ONCE);
  const most = largest.reduce((sum, size) => sum + size, GROUPS_AT_ONCE * GROUP_BYTES);
  return Math.min(all, most);
};

/**
 * Bytes; null if the file system does not report it: some of FUSE and of the network have no
 * answer, or 0 of 0.
 */
const freeIn = async (folder: string): Promise<number | null> => {
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    return null;
  }
};

interface ExistingFolder {
  readonly folder: string;
  readonly device: number;
}

/** The nearest existing folder: the output folder may not exist yet. */
const existingFolder = async (folder: string): Promise<ExistingFolder> => {
  try {
    return { folder, device: (await stat(folder)).dev };
  } catch (error) {
    const parent = path.dirname(folder);
    if (parent === folder) throw error;
    return existingFolder(parent);
  }
};
