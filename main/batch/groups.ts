import path from 'node:path';
import type { PlannedFile } from '../../shared/batch.ts';
import { limits } from '../../shared/limits.ts';

/**
 * Total size of the files of a group, in bytes. Limits how long progress and cancelling wait for
 * it.
 */
export const GROUP_BYTES = 16 * 1024 * 1024;

/** Groups in progress: while some wait for the disk, the workers process others. */
export const GROUPS_AT_ONCE = 4;

/** Files that are processed, synced and recorded together. A large file is its own group. */
export const makeGroups = (files: readonly PlannedFile[]): PlannedFile[][] => {
  const groups: PlannedFile[][] = [];
  let group: PlannedFile[] = [];
  let bytes = 0;
  let folders = new Set<string>();
  const finish = (): void => {
    if (group.length > 0) groups.push(group);
    group = [];
    bytes = 0;
    folders = new Set();
  };
  for (const file of files) {
    const own = foldersOf(file);
    const full =
      group.length === limits.filesPerGroup ||
      bytes + file.size > GROUP_BYTES ||
      folders.size + own.length > limits.foldersPerGroup;
    if (full || file.size > limits.wholeFileBytes) finish();
    group.push(file);
    bytes += file.size;
    for (const folder of own) folders.add(folder);
    if (file.size > limits.wholeFileBytes) finish();
  }
  finish();
  return groups;
};

const foldersOf = ({ input, output }: PlannedFile): string[] =>
  [input, ...(output === null ? [] : [output])].map((file) => path.dirname(file));
