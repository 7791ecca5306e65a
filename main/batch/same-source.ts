import { lstat } from 'node:fs/promises';
import { replacedMeanwhile } from '../../shared/messages/failures/rewrap.ts';
import {
  type FileIdentity,
  fileIdentityOf,
  hasLastingNumbers,
  type OpenFolder,
} from '../engine/index.ts';

/**
 * The last look before a file is replaced: it must be the very file that was read, unchanged.
 * @throws Failure `source-changed`
 */
export const requireSource = async (
  folder: OpenFolder,
  name: string,
  source: FileIdentity,
): Promise<void> => {
  const stats = await lstat(folder.at(name), { bigint: true }).catch(() => null);
  if (stats?.isFile() !== true) throw replacedMeanwhile();
  const now = fileIdentityOf({ stats });
  const isUnchanged =
    now.size === source.size &&
    now.modifiedNs === source.modifiedNs &&
    now.changedNs === source.changedNs;
  const isSame = now.device === source.device && now.inode === source.inode;
  if (!isUnchanged || !(isSame || !(await hasLastingNumbers(folder.here))))
    throw replacedMeanwhile();
};
