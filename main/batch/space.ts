import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedFile } from '../../shared/batch.ts';
import { notEnoughSpace } from '../../shared/messages/failures/batch.ts';

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
  const disks = new Map<number, { folder: string; needed: number }>();
  const places = new Map<string, ExistingFolder>();
  for (const { output, size } of files) {
    if (output === null) continue;
    const target = path.dirname(output);
    const place = places.get(target) ?? (await existingFolder(target));
    places.set(target, place);
    const { folder, device } = place;
    const disk = disks.get(device) ?? { folder, needed: 0 };
    disk.needed += Math.ceil(size * (1 + TAGS_SHARE)) + PER_FILE;
    disks.set(device, disk);
  }
  let tightest: FreeSpace | null = null;
  for (const { folder, needed } of disks.values()) {
    const free = await freeIn(folder);
    if (free === null) continue;
    if (free < needed) throw notEnoughSpace(folder, needed, free);
    if (tightest === null || free < tightest.free) tightest = { needed, free };
  }
  return tightest;
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
