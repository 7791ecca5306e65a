import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { withFileFailures } from '../../system/index.ts';
import type { FolderPlace } from './open-folder.ts';
import { OpenFolders } from './open-folders.ts';
import { openSource, readExactly } from './source.ts';

const CHUNK = 256 * 1024;

/** SHA-256 of a whole file, hex. @throws Failure for a file that cannot be read */
export const hashFile = ({
  folder,
  name,
}: {
  readonly folder: FolderPlace;
  readonly name: string;
}): Promise<string> =>
  withFileFailures(
    OpenFolders.during(
      () => folder,
      async (folders) => {
        const { fd, size } = openSource((await folders.of(folder.path)).at(name));
        try {
          return hashOf(fd, size);
        } finally {
          closeSync(fd);
        }
      },
    ),
  );

const hashOf = (fd: number, size: number): string => {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (let position = 0; position < size; position += CHUNK) {
    const chunk = buffer.subarray(0, Math.min(CHUNK, size - position));
    readExactly(fd, chunk, position);
    hash.update(chunk);
  }
  return hash.digest('hex');
};
