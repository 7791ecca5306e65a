import { randomBytes } from 'node:crypto';
import { headerHash, parseHeader } from '../envelope/header.ts';
import { encodeMetadata } from '../envelope/metadata.ts';
import { SEAL_RANDOM_BYTES } from '../envelope/nonces.ts';
import { encryptWhole } from '../envelope/whole.ts';
import type { KeySession } from '../keys/key-session.ts';
import { keepAttributes, namesOf, newFixedHeader } from './describe.ts';
import { digestOf } from './file-digest.ts';
import { withSource, type Writer, type Written, writeGroup } from './groups-in-worker.ts';
import type { FileDone, FileResult, WritingJob } from './jobs.ts';
import { headerIn, proveSlots, slotNames, allTargetsOf } from './new-slots-made.ts';
import { newSlots, type SlotRules } from './new-slots.ts';
import { assertUnchanged } from './source.ts';
import { decryptContent, type WholeFiles, writePart } from './whole-files.ts';

export interface ReencryptWhole extends WholeFiles<WritingJob> {
  readonly rules: SlotRules;
  /** Plaintext bytes of a segment at most. */
  readonly segment: number;
}

/** Encrypts small files again, each under a new file key. Their plaintext is in memory alone. */
export const reencryptWholeFiles = (writer: Writer, input: ReencryptWhole): Promise<FileResult[]> =>
  writeGroup(writer, input.files, (keys, job) => reencryptOne(writer, keys, job, input));

const reencryptOne = (
  { parts }: Writer,
  keys: KeySession,
  job: WritingJob,
  input: ReencryptWhole,
): Written =>
  withSource(job, (source) => {
    const old = headerIn(source.fd, source.size);
    const targets = allTargetsOf(newSlots(old.slots, input.rules), input.keys);
    const { content, metadata, done } = decryptContent(keys, job, source, input.keys, 'first');
    try {
      const meta = encodeMetadata(metadata);
      const segment = Math.min(old.fixed.segment, input.segment);
      const fixed = newFixedHeader({ size: content.length }, meta, segment);
      const { fileKey, slots } = keys.newFileKey(headerHash(fixed), targets);
      const file = encryptWhole({
        ...{ cipher: keys.cipher(fileKey), fixed, slots, metadata: meta, content },
        sealRandom: randomBytes(SEAL_RANDOM_BYTES),
      });
      proveSlots(keys, parseHeader(file), targets);
      assertUnchanged(source);
      const fd = writePart(parts, job.part, file, (open) => keepAttributes(open, source));
      const written: FileDone = {
        ...done,
        encryptedBytes: file.length,
        digest: digestOf(file),
        keys: namesOf(targets),
        slots: { before: slotNames(old.slots), after: slotNames(slots) },
        name: null,
      };
      return { fd, part: job.part, done: written };
    } finally {
      content.fill(0);
    }
  });
