import { randomBytes } from 'node:crypto';
import { limits } from '../../../shared/limits.ts';
import { fileChanged } from '../../../shared/messages/failures/files.ts';
import { headerHash, parseHeader } from '../envelope/header.ts';
import type { FileMetadata } from '../envelope/metadata.ts';
import { SEAL_RANDOM_BYTES } from '../envelope/nonces.ts';
import { encryptWhole, openSealed } from '../envelope/whole.ts';
import type { KeySession, LoadedKey } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import { compareWithOriginal } from './compare.ts';
import {
  fileIdentityOf,
  metadataOf,
  namesOf,
  newFixedHeader,
  restoreAttributes,
} from './describe.ts';
import { digestOf } from './file-digest.ts';
import {
  forEachFile,
  type Writer,
  type Written,
  withSource,
  writeGroup,
} from './groups-in-worker.ts';
import type { FileDone, FileJob, FileResult, VerifyJob, WritingJob } from './jobs.ts';
import { openFirstSlot, openHeldSlots } from './open-header.ts';
import { type Parts, writeAll } from './part.ts';
import { assertUnchanged, readExactly, type Source } from './source.ts';

/** A group of files that each fit into memory, processed one by one in a worker. */
export interface WholeFiles<Job extends FileJob> {
  readonly files: readonly Job[];
  readonly keys: readonly LoadedKey[];
}

export interface EncryptWhole extends WholeFiles<WritingJob> {
  readonly keys: readonly [LoadedKey, ...LoadedKey[]];
  /** Plaintext bytes of a segment. */
  readonly segment: number;
}

export const encryptWholeFiles = (writer: Writer, input: EncryptWhole): Promise<FileResult[]> =>
  writeGroup(writer, input.files, (keys, job) => encryptOne(writer.parts, keys, job, input));

export const decryptWholeFiles = (
  writer: Writer,
  input: WholeFiles<WritingJob>,
): Promise<FileResult[]> =>
  writeGroup(writer, input.files, (keys, job) => decryptOne(writer.parts, keys, job, input.keys));

export const verifyWholeFiles = (token: VaultToken, input: WholeFiles<VerifyJob>): FileResult[] => {
  const results: FileResult[] = [];
  forEachFile(token, input.files, results, (keys, job) =>
    results.push(verifyOne(keys, job, input.keys)),
  );
  return results;
};

/** A file that has outgrown memory since it was planned is not read. */
const readWhole = (source: Source): Buffer => {
  if (source.size > limits.wholeFileBytes) throw fileChanged();
  const content = Buffer.allocUnsafeSlow(source.size);
  readExactly(source.fd, content, 0);
  return content;
};

export const writePart = (
  parts: Parts,
  part: string,
  content: Uint8Array,
  finish?: (fd: number) => void,
): number => {
  const fd = parts.create(part);
  try {
    writeAll(fd, [content], 0);
    finish?.(fd);
    return fd;
  } catch (error) {
    parts.discard(fd, part);
    throw error;
  }
};

const encryptOne = (
  parts: Parts,
  keys: KeySession,
  job: WritingJob,
  input: EncryptWhole,
): Written =>
  withSource(job, (source) => {
    const file = encryptContent(keys, job, source, input);
    assertUnchanged(source);
    const fd = writePart(parts, job.part, file);
    const done: FileDone = {
      outcome: 'done',
      index: job.index,
      bytes: source.size,
      encryptedBytes: file.length,
      digest: digestOf(file),
      keys: namesOf(input.keys),
      source: fileIdentityOf(source),
      name: null,
    };
    return { fd, part: job.part, done };
  });

const encryptContent = (
  keys: KeySession,
  job: WritingJob,
  source: Source,
  input: EncryptWhole,
): Buffer => {
  const content = readWhole(source);
  try {
    const metadata = metadataOf(job.input, source);
    const fixed = newFixedHeader(source, metadata, input.segment);
    const { fileKey, slots } = keys.newFileKey(headerHash(fixed), input.keys);
    const sealRandom = randomBytes(SEAL_RANDOM_BYTES);
    const cipher = keys.cipher(fileKey);
    return encryptWhole({ cipher, fixed, slots, metadata, content, sealRandom });
  } finally {
    content.fill(0);
  }
};

interface Decrypted {
  readonly content: Buffer;
  readonly metadata: FileMetadata;
  readonly done: FileDone;
}

const decryptOne = (
  parts: Parts,
  keys: KeySession,
  job: WritingJob,
  loaded: readonly LoadedKey[],
): Written =>
  withSource(job, (source) => {
    const { content, metadata, done } = decryptContent(keys, job, source, loaded, 'first');
    try {
      const fd = writePart(parts, job.part, content, (open) => restoreAttributes(open, metadata));
      return { fd, part: job.part, done };
    } finally {
      content.fill(0);
    }
  });

const verifyOne = (keys: KeySession, job: VerifyJob, loaded: readonly LoadedKey[]): FileDone =>
  withSource(job, (source) => {
    const { content, done } = decryptContent(keys, job, source, loaded, 'all');
    try {
      if (job.original !== null) compareWithOriginal(job.original, content);
      return done;
    } finally {
      content.fill(0);
    }
  });

/** @param slots open the first slot that we hold a key for, or prove all of those */
export const decryptContent = (
  keys: KeySession,
  job: FileJob,
  source: Source,
  loaded: readonly LoadedKey[],
  slots: 'first' | 'all',
): Decrypted => {
  const file = readWhole(source);
  const header = parseHeader(file);
  const open =
    slots === 'first'
      ? ([openFirstSlot(keys, header, loaded)] as const)
      : openHeldSlots(keys, header, loaded);
  assertUnchanged(source);
  const opened = openSealed(keys.cipher(open[0].fileKey), header, file);
  const done: FileDone = {
    outcome: 'done',
    index: job.index,
    bytes: header.fixed.size,
    encryptedBytes: file.length,
    digest: digestOf(file),
    keys: namesOf(open.map(({ key }) => key)),
    source: fileIdentityOf(source),
    name: opened.metadata.name,
  };
  return { content: opened.content, metadata: opened.metadata, done };
};
