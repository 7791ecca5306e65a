import { constants, copyFileSync } from 'node:fs';
import { algorithmFor, type FileDigest } from '../../../shared/file-digest.ts';
import { limits } from '../../../shared/limits.ts';
import { FileDigester } from './file-digest.ts';
import type { SharedProgress } from './shared-progress.ts';
import { writeAll } from './part.ts';
import { readExactly, type Source } from './source.ts';

/** Bytes that are read, hashed and written at a time. */
export const COPY_PIECE = 256 * 1024;

interface Copy {
  readonly source: Source;
  /** Where the body starts in the source: after its header area. */
  readonly from: number;
  readonly fd: number;
  /** The new header area. */
  readonly area: Uint8Array;
  readonly progress: SharedProgress;
}

/**
 * Writes a new header area and the body of the source after it. Where the file system can, and the
 * body stays in its place, both files share the body's blocks.
 * @returns the digest of the new file
 * @throws Failure `cancelled`
 */
export const copyBody = ({ source, from, fd, area, progress }: Copy): FileDigest => {
  // A small file is read and written faster than this is tried.
  const mayShare = from === area.length && source.size > limits.wholeFileBytes;
  const isShared = mayShare && clone(source.fd, fd);
  writeAll(fd, [area], 0);
  const length = source.size - from + area.length;
  const digester = new FileDigester(algorithmFor(length)).update(area);
  const buffer = Buffer.allocUnsafeSlow(Math.min(COPY_PIECE, source.size));
  for (let at = from; at < source.size; at += COPY_PIECE) {
    const piece = buffer.subarray(0, Math.min(COPY_PIECE, source.size - at));
    readExactly(source.fd, piece, at);
    digester.update(piece);
    if (!isShared) writeAll(fd, [piece], at - from + area.length);
    progress.advance();
  }
  return digester.digest();
};

/**
 * Makes the empty file share all blocks of the other. By way of /proc, because Node.js takes paths
 * and would follow links that have come into their places.
 */
const clone = (from: number, to: number): boolean => {
  if (process.platform !== 'linux') return false;
  try {
    const way = constants.COPYFILE_FICLONE_FORCE;
    copyFileSync(`/proc/self/fd/${from}`, `/proc/self/fd/${to}`, way);
    return true;
  } catch {
    return false;
  }
};
