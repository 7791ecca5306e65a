import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { fileFailure } from './errno.ts';
import { openSource, readExactly } from './source.ts';

const CHUNK = 256 * 1024;

/** SHA-256 of a file that is still being written: hashes as far as it is told to. */
export class FileHash {
  readonly #fd: number;
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  #position = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Hashes what lies before `end`, a file offset; everything before it must be written. */
  advance(end: number): void {
    while (this.#position < end) {
      const chunk = this.#buffer.subarray(0, Math.min(CHUNK, end - this.#position));
      readExactly(this.#fd, chunk, this.#position);
      this.#hash.update(chunk);
      this.#position += chunk.length;
    }
  }

  /** @returns 64 hex digits */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** SHA-256 of a whole file, hex. @throws Failure for a file that cannot be read */
export const hashFile = (path: string): string => {
  try {
    const source = openSource(path);
    try {
      const hash = new FileHash(source.fd);
      hash.advance(source.size);
      return hash.digest();
    } finally {
      closeSync(source.fd);
    }
  } catch (error) {
    throw fileFailure(error);
  }
};
