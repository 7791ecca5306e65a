import { randomBytes } from 'node:crypto';
import { fchmodSync, fchownSync, fstatSync, futimesSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'valibot';
import { fileIdSchema } from '../../../shared/ids.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { encodeMetadata, type FileMetadata, storedTime } from '../envelope/metadata.ts';
import type { LoadedKey } from '../keys/key-session.ts';
import { microseconds, secondsOf, wholeMilliseconds } from './file-times.ts';
import { identityOf } from './identity.ts';
import type { FileDone, FileIdentity } from './jobs.ts';
import type { Source } from './source.ts';

const PERMISSIONS = 0o777;

/** What an encrypted file says about its original, sealed in segment 0. */
export const metadataOf = (input: string, source: Source): Buffer =>
  encodeMetadata({
    name: path.basename(input),
    mtime: storedTime(wholeMilliseconds(source.stats.mtimeNs)),
    mode: Number(source.stats.mode) & PERMISSIONS,
  });

/** A header for one pass over one source: every attempt gets a new file id, and so a new key. */
export const newFixedHeader = (
  source: Pick<Source, 'size'>,
  metadata: Uint8Array,
  segment: number,
): FixedHeader => ({
  segment,
  file: parse(fileIdSchema, randomBytes(16).toString('hex')),
  meta: metadata.length,
  size: source.size,
});

/** Gives a decrypted part the time and permissions of the original; set-id bits never come back. */
export const restoreAttributes = (fd: number, metadata: FileMetadata): void => {
  const time = secondsOf(Date.parse(metadata.mtime));
  fchmodSync(fd, metadata.mode & PERMISSIONS);
  futimesSync(fd, time, time);
};

/**
 * Gives the successor of a file its times, permissions and, where that is allowed, its owner and
 * group. Set-id bits are left out.
 */
export const keepAttributes = (fd: number, { stats }: Source): void => {
  giveTo(fd, Number(stats.uid), Number(stats.gid));
  fchmodSync(fd, Number(stats.mode) & PERMISSIONS);
  futimesSync(fd, secondsOf(microseconds(stats.atimeNs)), secondsOf(microseconds(stats.mtimeNs)));
};

/** Of another user's file only a system account may keep the owner. */
const giveTo = (fd: number, uid: number, gid: number): void => {
  const now = fstatSync(fd);
  if (now.uid === uid && now.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // The encrypted file is as good; who may read it follows from its permissions.
  }
};

export const fileIdentityOf = ({ stats }: Pick<Source, 'stats'>): FileIdentity => ({
  ...identityOf(stats),
  size: String(stats.size),
  modifiedNs: String(stats.mtimeNs),
  changedNs: String(stats.ctimeNs),
});

export const namesOf = (keys: readonly LoadedKey[]): FileDone['keys'] =>
  keys.map(({ material: { id, version, kcv } }) => ({ id, version, kcv }));
