import type { FileDigest } from '../../../shared/file-digest.ts';
import { closeSync } from 'node:fs';
import { fileLength } from '../envelope/layout.ts';
import { encodeMetadata } from '../envelope/metadata.ts';
import { eraseFileKey, type LoadedKey } from '../keys/key-session.ts';
import { fileIdentityOf, keepAttributes, namesOf, newFixedHeader } from './describe.ts';
import type { FileDone, WritingJob } from './jobs.ts';
import { type LargeBody, type LargeContext, runPass, withKeySession } from './large-body.ts';
import { openLarge } from './large-decrypt.ts';
import { newBody } from './large-encrypt.ts';
import { headerIn, proveSlots, slotNames, allTargetsOf } from './new-slots-made.ts';
import { newSlots, type SlotRules } from './new-slots.ts';
import { writeAll } from './part.ts';
import { assertUnchanged, openSource, type Source } from './source.ts';

export interface ReencryptLarge {
  readonly job: WritingJob;
  readonly keys: readonly LoadedKey[];
  readonly rules: SlotRules;
  /** Plaintext bytes of a segment at most. */
  readonly segment: number;
}

/** Encrypts one large file again, segment by segment, under a new file key. */
export const reencryptLarge = async (
  context: LargeContext,
  { job, keys, rules, segment }: ReencryptLarge,
): Promise<FileDone> => {
  const source = openSource(job.input, job);
  try {
    const header = headerIn(source.fd, source.size);
    const targets = allTargetsOf(newSlots(header.slots, rules), keys);
    const opened = openLarge(context, source, keys, 'first');
    try {
      const metadata = encodeMetadata(opened.metadata);
      const { size } = opened.body.fixed;
      const length = Math.min(opened.body.fixed.segment, segment);
      const fixed = newFixedHeader({ size }, metadata, length);
      const { body, head } = newBody(context, fixed, metadata, targets);
      try {
        const digest = await writeLarge(context, job, source, {
          ...{ old: opened.body, body, head, targets },
        });
        return {
          ...{ outcome: 'done', index: job.index, bytes: size },
          encryptedBytes: fileLength(body.areaLength, fixed),
          digest,
          keys: namesOf(targets),
          slots: {
            before: slotNames(header.slots),
            after: targets.map(({ material: { id, version } }) => ({ id, version })),
          },
          source: fileIdentityOf(source),
          name: null,
        };
      } finally {
        eraseFileKey(body.fileKey);
      }
    } finally {
      eraseFileKey(opened.body.fileKey);
    }
  } finally {
    closeSync(source.fd);
  }
};

interface Bodies {
  readonly old: LargeBody;
  readonly body: LargeBody;
  readonly head: readonly Uint8Array[];
  readonly targets: readonly LoadedKey[];
}

const writeLarge = async (
  context: LargeContext,
  { part }: WritingJob,
  source: Source,
  { old, body, head, targets }: Bodies,
): Promise<FileDigest> => {
  const fd = context.parts.create(part);
  let digest: FileDigest;
  try {
    writeAll(fd, head, 0);
    const files = { old, sourceFd: source.fd, partFd: fd };
    digest = await runPass(context, {
      ...{ body, head },
      share: (share) => context.pool.run('reencryptShare', { ...share, ...files }),
    });
    assertUnchanged(source);
    const written = headerIn(fd, body.areaLength);
    withKeySession(context.token, (keys) => proveSlots(keys, written, targets));
    keepAttributes(fd, source);
  } catch (error) {
    context.parts.discard(fd, part);
    throw error;
  }
  await context.parts.finish(fd, part);
  return digest;
};
