import type { FileDigest } from '../../../shared/file-digest.ts';
import { randomBytes } from 'node:crypto';
import { SEAL_BYTES } from '../envelope/format.ts';
import {
  encodeHeader,
  type FixedHeader,
  type ParsedHeader,
  type Slot,
} from '../envelope/header.ts';
import { checkFileLength } from '../envelope/layout.ts';
import { SEAL_RANDOM_BYTES, sealNonce } from '../envelope/nonces.ts';
import { makeSeal } from '../envelope/seal.ts';
import type { FileKey, KeySession, LoadedKey } from '../keys/key-session.ts';
import { copyBody } from './copy-body.ts';
import { fileIdentityOf, keepAttributes, namesOf } from './describe.ts';
import { withSource, type Writer, type Written, writeGroup } from './groups-in-worker.ts';
import type { FileDone, FileResult, WritingJob } from './jobs.ts';
import { headerIn, proveSlots, slotNames, targetsOf } from './new-slots-made.ts';
import { nameOfSlot, type NewSlot, newSlots, type SlotRules } from './new-slots.ts';
import { openFirstSlot } from './open-header.ts';
import { SharedProgress } from './shared-progress.ts';
import { assertUnchanged, type Source } from './source.ts';
import type { WholeFiles } from './whole-files.ts';

export interface RewrapFiles extends WholeFiles<WritingJob> {
  readonly rules: SlotRules;
  readonly progress: SharedArrayBuffer;
}

/** Replaces the slots and the seal of files; their bodies stay as they are, and are not decrypted. */
export const rewrapFiles = (writer: Writer, input: RewrapFiles): Promise<FileResult[]> =>
  writeGroup(writer, input.files, (keys, job) => rewrapOne(writer, keys, job, input));

const rewrapOne = (
  { parts }: Writer,
  keys: KeySession,
  job: WritingJob,
  input: RewrapFiles,
): Written =>
  withSource(job, (source) => {
    const header = headerIn(source.fd, source.size);
    const wanted = newSlots(header.slots, input.rules);
    const opened = openFirstSlot(keys, header, input.keys);
    checkFileLength(header.areaLength, header.fixed, source.size);
    const targets = targetsOf(wanted, input.keys);
    const { area, slots } = newArea(keys, header, opened.fileKey, wanted, targets);
    const fd = parts.create(job.part);
    try {
      const progress = new SharedProgress(input.progress);
      const digest = copyBody({ source, from: header.areaLength, fd, area, progress });
      proveSlots(keys, headerIn(fd, area.length), targets);
      assertUnchanged(source);
      keepAttributes(fd, source);
      const done: FileDone = {
        ...describe(job, source, header.fixed, { digest, length: area.length - header.areaLength }),
        keys: namesOf(targets.length > 0 ? targets : [opened.key]),
        slots: { before: slotNames(header.slots), after: slotNames(slots) },
      };
      return { fd, part: job.part, done };
    } catch (error) {
      parts.discard(fd, job.part);
      throw error;
    }
  });

/** The header area keeps its length where the new slots fit, so that the body keeps its place. */
const newArea = (
  keys: KeySession,
  { fixed, hash, areaLength }: ParsedHeader,
  fileKey: FileKey,
  wanted: readonly NewSlot[],
  targets: readonly LoadedKey[],
): { readonly area: Buffer; readonly slots: readonly Slot[] } => {
  const made = new Map(
    keys.slotsFor(hash, fileKey, targets).map((slot) => [nameOfSlot({ kept: slot }), slot]),
  );
  const slots = wanted.map((slot) => {
    const one = 'kept' in slot ? slot.kept : made.get(nameOfSlot(slot));
    if (one === undefined) throw new Error('a new slot was not made');
    return one;
  });
  const least = encodeHeader(fixed, slots);
  const fits = least.length + SEAL_BYTES <= areaLength;
  const sealed = fits ? encodeHeader(fixed, slots, areaLength) : least;
  const seal = makeSeal(keys.cipher(fileKey), sealed, sealNonce(randomBytes(SEAL_RANDOM_BYTES)));
  return { area: Buffer.concat([sealed, seal]), slots };
};

const describe = (
  job: WritingJob,
  source: Source,
  { size }: FixedHeader,
  made: { readonly digest: FileDigest; readonly length: number },
): Omit<FileDone, 'keys' | 'slots'> => ({
  outcome: 'done',
  index: job.index,
  bytes: size,
  encryptedBytes: source.size + made.length,
  digest: made.digest,
  source: fileIdentityOf(source),
  name: null,
});
