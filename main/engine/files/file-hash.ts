import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { fileFailure } from './errno.ts';
import { openSource, readExactly } from './source.ts';

const CHUNK = 256 * 1024;

/** SHA-256 of a whole file, hex. @throws Failure for a file that cannot be read */
export const hashFile = (path: string): string => {
  try {
    const { fd, size } = openSource(path);
    try {
      return hashOf(fd, size);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileFailure(error);
  }
};

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
