import { lstat, stat } from 'node:fs/promises';
import type { PlannedFile, PlannedFolder, StoredBatch } from '../../shared/batch.ts';
import { identityOf } from '../engine/index.ts';

type Places = Pick<StoredBatch, 'files' | 'folders'>;

/**
 * The plan with the files and folders that are in its places now, for trying files again.
 * Links below the chosen folders are refused as before, when the files are opened.
 */
export const refreshPlan = async ({ files, folders }: Places): Promise<Places> => ({
  files: await Promise.all(files.map(fileNow)),
  folders: await Promise.all(folders.map(folderNow)),
});

const fileNow = async (file: PlannedFile): Promise<PlannedFile> => {
  const stats = await lstat(file.input, { bigint: true }).catch(() => null);
  if (stats === null) return file;
  const identity = { ...identityOf(stats), modifiedNs: String(stats.mtimeNs) };
  return { ...file, size: Number(stats.size), identity };
};

/** The chosen folder stays the one that was chosen. */
const folderNow = async (folder: PlannedFolder): Promise<PlannedFolder> => {
  if (folder.path === folder.root && folder.identity !== null) return anyDevice(folder);
  const stats = await stat(folder.path, { bigint: true }).catch(() => null);
  return { ...folder, identity: stats === null ? null : identityOf(stats) };
};

/** An interrupted batch may continue after a restart, which numbers disks differently. */
export const afterInterruption = (batch: StoredBatch): StoredBatch => ({
  ...batch,
  files: batch.files.map(({ identity, ...file }) =>
    identity === undefined ? file : { ...file, identity: { ...identity, device: null } },
  ),
  folders: batch.folders.map(anyDevice),
});

const anyDevice = (folder: PlannedFolder): PlannedFolder => ({
  ...folder,
  identity: folder.identity && { ...folder.identity, device: null },
});
