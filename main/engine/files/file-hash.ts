import { closeSync } from 'node:fs';
import type { DigestAlgorithm, FileDigest } from '../../../shared/file-digest.ts';
import { withFileFailures } from '../../system/index.ts';
import { FileDigester } from './file-digest.ts';
import type { FolderPlace } from './open-folder.ts';
import { OpenFolders } from './open-folders.ts';
import { openSource, readExactly } from './source.ts';

const CHUNK = 256 * 1024;

/** The digest of a whole file. @throws Failure for a file that cannot be read */
export const hashFile = ({
  folder,
  name,
  algorithm,
}: {
  readonly folder: FolderPlace;
  readonly name: string;
  readonly algorithm: DigestAlgorithm;
}): Promise<FileDigest> =>
  withFileFailures(
    OpenFolders.during(
      () => folder,
      async (folders) => {
        const { fd, size } = openSource((await folders.of(folder.path)).at(name));
        try {
          return digestOfOpen(fd, size, algorithm);
        } finally {
          closeSync(fd);
        }
      },
    ),
  );

const digestOfOpen = (fd: number, size: number, algorithm: DigestAlgorithm): FileDigest => {
  const digester = new FileDigester(algorithm);
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (let position = 0; position < size; position += CHUNK) {
    const chunk = buffer.subarray(0, Math.min(CHUNK, size - position));
    readExactly(fd, chunk, position);
    digester.update(chunk);
  }
  return digester.digest();
};
