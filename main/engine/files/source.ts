import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Failure } from '../../../shared/failure.ts';
import { fileChanged, fileReplaced, notRegular } from '../../../shared/messages/failures/files.ts';
import { hasLastingNumbersSync, identityOf, isSame, isSameDisk } from './identity.ts';
import type { FileJob } from './jobs.ts';

/** A file that is open for reading, checked through the handle that reads it. */
export interface Source {
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
  readonly stats: BigIntStats;
}

// O_NOFOLLOW: a link put in the file's place is refused. O_NONBLOCK: opening a FIFO does not hang.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The file, and which one it was when the batch was planned. */
type Planned = Pick<FileJob, 'planned' | 'size'>;

/**
 * Opens a regular file without following links. The caller closes it.
 * @throws Failure `source-changed` where it is another file than the planned one
 */
export const openSource = (path: string, planned?: Planned): Source => {
  const fd = openSync(path, flags);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw irregular(stats);
    if (planned !== undefined && !isPlanned(path, stats, planned)) throw fileReplaced();
    return { fd, size: Number(stats.size), stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const isPlanned = (path: string, stats: BigIntStats, { planned, size }: Planned): boolean => {
  if (planned === null) return true;
  const now = identityOf(stats);
  if (isSame(now, planned)) return true;
  if (!isSameDisk(now, planned) || hasLastingNumbersSync(path)) return false;
  return stats.size === BigInt(size) && String(stats.mtimeNs) === planned.modifiedNs;
};

const irregular = (stats: BigIntStats): Failure =>
  notRegular(
    stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe (FIFO)' : 'a device or socket',
  );

/** @throws Failure `source-changed` where the file is not what it was when it was opened */
export const assertUnchanged = (source: Source): void => {
  const now = fstatSync(source.fd, { bigint: true });
  const same =
    now.size === source.stats.size &&
    now.mtimeNs === source.stats.mtimeNs &&
    now.ctimeNs === source.stats.ctimeNs;
  if (!same) throw fileChanged();
};

/** Fills `target` from a position; a file that ends early has changed since it was measured. */
export const readExactly = (fd: number, target: Uint8Array, position: number): void => {
  let done = 0;
  while (done < target.length) {
    const got = readSync(fd, target, done, target.length - done, position + done);
    if (got === 0) throw fileChanged();
    done += got;
  }
};
