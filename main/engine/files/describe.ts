import { randomBytes } from 'node:crypto';
import { fchmodSync, futimesSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'valibot';
import { fileIdSchema } from '../../../shared/ids.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { encodeMetadata, type FileMetadata, storedTime } from '../envelope/metadata.ts';
import type { LoadedKey } from '../keys/key-session.ts';
import { secondsOf, wholeMilliseconds } from './file-times.ts';
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
  source: Source,
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

export const fileIdentityOf = ({ stats }: Pick<Source, 'stats'>): FileIdentity => ({
  ...identityOf(stats),
  size: String(stats.size),
  modifiedNs: String(stats.mtimeNs),
  changedNs: String(stats.ctimeNs),
});

export const namesOf = (keys: readonly LoadedKey[]): FileDone['keys'] =>
  keys.map(({ material: { id, version, kcv } }) => ({ id, version, kcv }));
