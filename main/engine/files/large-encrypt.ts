import type { FileDigest } from '../../../shared/file-digest.ts';
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { SEAL_BYTES } from '../envelope/format.ts';
import { encodeHeader, type FixedHeader, headerHash } from '../envelope/header.ts';
import { fileLength } from '../envelope/layout.ts';
import { SEAL_RANDOM_BYTES, sealNonce } from '../envelope/nonces.ts';
import { makeSeal } from '../envelope/seal.ts';
import { encryptSegment } from '../envelope/segment.ts';
import { eraseFileKey, type LoadedKey } from '../keys/key-session.ts';
import { fileIdentityOf, metadataOf, namesOf, newFixedHeader } from './describe.ts';
import type { FileDone, WritingJob } from './jobs.ts';
import {
  type LargeBody,
  type LargeContext,
  orErase,
  runPass,
  shareFileKey,
  withKeySession,
} from './large-body.ts';
import { writeAll } from './part.ts';
import { assertUnchanged, openSource, type Source } from './source.ts';

export interface EncryptLarge {
  readonly job: WritingJob;
  readonly keys: readonly [LoadedKey, ...LoadedKey[]];
  /** Plaintext bytes of a segment. */
  readonly segment: number;
}

/** Encrypts one file whose segments are shared out over the workers. */
export const encryptLarge = async (
  context: LargeContext,
  input: EncryptLarge,
): Promise<FileDone> => {
  const source = openSource(input.job.input, input.job);
  try {
    const metadata = metadataOf(input.job.input, source);
    const fixed = newFixedHeader(source, metadata, input.segment);
    const { body, head } = newBody(context, fixed, metadata, input.keys);
    try {
      const digest = await writeLarge(context, input.job.part, source, body, head);
      return {
        outcome: 'done',
        index: input.job.index,
        bytes: source.size,
        encryptedBytes: fileLength(body.areaLength, body.fixed),
        digest,
        keys: namesOf(input.keys),
        source: fileIdentityOf(source),
        name: null,
      };
    } finally {
      eraseFileKey(body.fileKey);
    }
  } finally {
    closeSync(source.fd);
  }
};

export interface NewBody {
  readonly body: LargeBody;
  /** Header area and segment 0. */
  readonly head: readonly Uint8Array[];
}

/** A new file key, the header area and segment 0, all made within one session. */
export const newBody = (
  context: LargeContext,
  fixed: FixedHeader,
  metadata: Uint8Array,
  keys: EncryptLarge['keys'],
): NewBody => {
  const hash = headerHash(fixed);
  return withKeySession(context.token, (work) => {
    const made = work.newFileKey(hash, keys);
    const fileKey = shareFileKey(made.fileKey);
    return orErase(fileKey, () => {
      const cipher = work.cipher(fileKey);
      const sealed = encodeHeader(fixed, made.slots);
      const seal = makeSeal(cipher, sealed, sealNonce(randomBytes(SEAL_RANDOM_BYTES)));
      const first = encryptSegment(cipher, { fixed, hash }, 0, metadata);
      const body = { fixed, hash, areaLength: sealed.length + SEAL_BYTES, fileKey };
      return { body, head: [sealed, seal, first.nonce, first.data] };
    });
  });
};

const writeLarge = async (
  context: LargeContext,
  part: string,
  source: Source,
  body: LargeBody,
  head: readonly Uint8Array[],
): Promise<FileDigest> => {
  const fd = context.parts.create(part);
  const digest = await fillPart(context, { fd, part }, source, body, head);
  await context.parts.finish(fd, part);
  return digest;
};

const fillPart = async (
  context: LargeContext,
  { fd, part }: { readonly fd: number; readonly part: string },
  source: Source,
  body: LargeBody,
  head: readonly Uint8Array[],
): Promise<FileDigest> => {
  try {
    writeAll(fd, head, 0);
    const files = { sourceFd: source.fd, partFd: fd };
    const digest = await runPass(context, {
      body,
      head,
      share: (share) => context.pool.run('encryptShare', { ...share, ...files }),
    });
    assertUnchanged(source);
    return digest;
  } catch (error) {
    context.parts.discard(fd, part);
    throw error;
  }
};
