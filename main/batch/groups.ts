import type { PlannedFile } from '../../shared/batch.ts';
import { limits } from '../../shared/limits.ts';

/** Bytes of a group's files together: bounds how long progress and a cancel wait for it. */
const GROUP_BYTES = 16 * 1024 * 1024;

/** Files that are processed, put on disk and recorded together. A large file is a group of its own. */
export const makeGroups = (files: readonly PlannedFile[]): PlannedFile[][] => {
  const groups: PlannedFile[][] = [];
  let group: PlannedFile[] = [];
  let bytes = 0;
  const finish = (): void => {
    if (group.length > 0) groups.push(group);
    group = [];
    bytes = 0;
  };
  for (const file of files) {
    const full = group.length === limits.filesPerGroup || bytes + file.size > GROUP_BYTES;
    if (full || file.size > limits.wholeFileBytes) finish();
    group.push(file);
    bytes += file.size;
    if (file.size > limits.wholeFileBytes) finish();
  }
  finish();
  return groups;
};
