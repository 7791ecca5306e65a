import { access, link, lstat, mkdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ConflictRule } from '../../shared/batch.ts';
import { withFileFailures } from '../engine/files/errno.ts';
import { syncFolder } from '../engine/files/part.ts';
import { numberedName } from './output-name.ts';

/**
 * Gives a part its final name. A file that has appeared there in the meantime is kept unless the
 * rule is to replace it.
 * @returns the name the output has now
 */
export const publishPart = async (
  part: string,
  output: string,
  conflict: ConflictRule,
): Promise<string> => {
  if (conflict === 'replace') {
    await rename(part, output);
    return output;
  }
  for (let n = 2, name = output; ; name = numberedName(output, n), n++) {
    if (await moveToFree(part, name)) return name;
  }
};

/** What file systems without hard links (FAT, some network shares) say. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** false: there is a file of that name already. link(2), unlike rename(2), never overwrites. */
const moveToFree = async (part: string, name: string): Promise<boolean> => {
  try {
    await link(part, name);
  } catch (error) {
    const code = codeOf(error);
    if (withoutLinks.has(code)) return renameToFree(part, name);
    if (code !== 'EEXIST') throw error;
    if (!(await isSameFile(part, name))) return false;
  }
  await unlink(part);
  return true;
};

/** True where an interruption came between the two steps: the name is there, the part still too. */
export const isSameFile = async (part: string, name: string): Promise<boolean> => {
  try {
    const [one, other] = await Promise.all(
      [part, name].map((file) => lstat(file, { bigint: true })),
    );
    return one?.ino === other?.ino && one?.dev === other?.dev;
  } catch {
    return false;
  }
};

const renameToFree = async (part: string, name: string): Promise<boolean> => {
  const taken = await exists(name);
  if (!taken) await rename(part, name);
  return !taken;
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/**
 * Makes an output folder where there is none, and puts its name on disk. Folder by folder, because
 * a recursive mkdir calls what is read-only or forbidden "not found".
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  if (await exists(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await ensureFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another file of the batch was faster.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await syncFolder(parent);
};

/** Puts the new names in these outputs' folders on disk. @throws Failure */
export const syncFoldersOf = async (outputs: readonly string[]): Promise<void> => {
  const folders = [...new Set(outputs.map((output) => path.dirname(output)))];
  await withFileFailures(Promise.all(folders.map(syncFolder)));
};
