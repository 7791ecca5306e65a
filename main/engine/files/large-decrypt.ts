import type { FileDigest } from '../../../shared/file-digest.ts';
import { closeSync } from 'node:fs';
import { readBackFailed } from '../../../shared/messages/failures/files.ts';
import { LARGEST_AREA, SEGMENT_OVERHEAD } from '../envelope/format.ts';
import { type ParsedHeader, parseHeader } from '../envelope/header.ts';
import { checkFileLength, segmentLength, segmentOffset } from '../envelope/layout.ts';
import { type FileMetadata, parseMetadata } from '../envelope/metadata.ts';
import { decryptSegment } from '../envelope/segment.ts';
import { eraseFileKey, type KeySession, type LoadedKey } from '../keys/key-session.ts';
import { fileIdentityOf, namesOf, restoreAttributes } from './describe.ts';
import type { FileDone, FileJob, VerifyJob, WritingJob } from './jobs.ts';
import {
  type LargeBody,
  type LargeContext,
  orErase,
  runPass,
  shareFileKey,
  withKeySession,
} from './large-body.ts';
import { openFirstSlot, openHeldSlots } from './open-header.ts';
import { assertUnchanged, openSource, readExactly, type Source } from './source.ts';

export interface OpenedLarge {
  readonly body: LargeBody;
  readonly metadata: FileMetadata;
  readonly keys: readonly LoadedKey[];
}

/** Decrypts one file whose segments are shared out over the workers. */
export const decryptLarge = (
  context: LargeContext,
  job: WritingJob,
  loaded: readonly LoadedKey[],
): Promise<FileDone> =>
  withOpened(context, job, loaded, 'first', async (source, opened) => {
    const fd = context.parts.create(job.part);
    const digest = await fillPart(context, { fd, part: job.part }, source, opened);
    await context.parts.finish(fd, job.part);
    return digest;
  });

const fillPart = async (
  context: LargeContext,
  { fd, part }: { readonly fd: number; readonly part: string },
  source: Source,
  { body, metadata }: OpenedLarge,
): Promise<FileDigest> => {
  try {
    const digest = await readSegments(context, source, body, fd, null);
    restoreAttributes(fd, metadata);
    return digest;
  } catch (error) {
    context.parts.discard(fd, part);
    throw error;
  }
};

/** Checks every tag of one file, and compares it with its original where there is one. */
export const verifyLarge = (
  context: LargeContext,
  job: VerifyJob,
  loaded: readonly LoadedKey[],
): Promise<FileDone> =>
  withOpened(context, job, loaded, 'all', async (source, { body }) => {
    if (job.original === null) return readSegments(context, source, body, null, null);
    const original = openSource(job.original);
    try {
      if (original.size !== body.fixed.size) throw readBackFailed();
      return await readSegments(context, source, body, null, original.fd);
    } finally {
      closeSync(original.fd);
    }
  });

const withOpened = async (
  context: LargeContext,
  job: FileJob,
  loaded: readonly LoadedKey[],
  slots: 'first' | 'all',
  work: (source: Source, opened: OpenedLarge) => Promise<FileDigest>,
): Promise<FileDone> => {
  const source = openSource(job.input, job);
  try {
    const opened = openLarge(context, source, loaded, slots);
    try {
      const digest = await work(source, opened);
      return {
        outcome: 'done',
        index: job.index,
        bytes: opened.body.fixed.size,
        encryptedBytes: source.size,
        digest,
        keys: namesOf(opened.keys),
        source: fileIdentityOf(source),
        name: opened.metadata.name,
      };
    } finally {
      eraseFileKey(opened.body.fileKey);
    }
  } finally {
    closeSync(source.fd);
  }
};

export const openLarge = (
  context: LargeContext,
  source: Source,
  loaded: readonly LoadedKey[],
  slots: 'first' | 'all',
): OpenedLarge => {
  const prefix = Buffer.alloc(Math.min(source.size, LARGEST_AREA));
  readExactly(source.fd, prefix, 0);
  const header = parseHeader(prefix);
  return withKeySession(context.token, (keys) => {
    const opened =
      slots === 'first'
        ? ([openFirstSlot(keys, header, loaded)] as const)
        : openHeldSlots(keys, header, loaded);
    checkFileLength(header.areaLength, header.fixed, source.size);
    const fileKey = shareFileKey(opened[0].fileKey);
    const metadata = orErase(fileKey, () => readMetadata(keys, header, fileKey, source));
    const { fixed, hash, areaLength } = header;
    const body = { fixed, hash, areaLength, fileKey };
    return { body, metadata, keys: opened.map(({ key }) => key) };
  });
};

const readMetadata = (
  keys: KeySession,
  header: ParsedHeader,
  fileKey: LargeBody['fileKey'],
  source: Source,
): FileMetadata => {
  const stored = Buffer.alloc(segmentLength(header.fixed, 0) + SEGMENT_OVERHEAD);
  readExactly(source.fd, stored, segmentOffset(header.areaLength, header.fixed, 0));
  return parseMetadata(decryptSegment(keys.cipher(fileKey), header, 0, stored));
};

/** @returns the digest of the encrypted file, of the very bytes that were decrypted */
const readSegments = async (
  context: LargeContext,
  source: Source,
  body: LargeBody,
  partFd: number | null,
  originalFd: number | null,
): Promise<FileDigest> => {
  const head = Buffer.alloc(body.areaLength + segmentLength(body.fixed, 0) + SEGMENT_OVERHEAD);
  readExactly(source.fd, head, 0);
  const files = { sourceFd: source.fd, partFd, originalFd };
  const digest = await runPass(context, {
    body,
    head: [head],
    share: (share) => context.pool.run('decryptShare', { ...share, ...files }),
  });
  assertUnchanged(source);
  return digest;
};
