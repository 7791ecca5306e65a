import * as v from 'valibot';
import { fileIdSchema, keyIdSchema } from '../../../../shared/ids.ts';
import { headerHash, type FixedHeader, type Slot, type SlotWrap } from '../header.ts';
import { hostCipher } from '../host-cipher.ts';
import { encodeMetadata, type FileMetadata } from '../metadata.ts';
import { encryptWhole } from '../whole.ts';
import { derive, deriveHex } from './deterministic.ts';
import { checkValue, makeSlot } from './software-keys.ts';

export interface SampleRequest {
  readonly size: number;
  readonly segment?: number;
  readonly slots?: number;
  readonly wrap?: SlotWrap;
  /** Another label gives another file id, file key, keys and content. */
  readonly label?: string;
  readonly metadata?: FileMetadata;
}

export interface Sample {
  readonly file: Buffer;
  readonly fixed: FixedHeader;
  readonly dek: Buffer;
  readonly keys: readonly Buffer[];
  readonly content: Buffer;
  readonly metadata: FileMetadata;
}

const METADATA: FileMetadata = { name: 'a.txt', mtime: '2026-11-22T08:30:15.250Z', mode: 0o640 };

export const sampleFixed = (change: Partial<FixedHeader> = {}): FixedHeader => ({
  segment: 4096,
  file: v.parse(fileIdSchema, deriveHex('sample/file-id', 16)),
  meta: 256,
  size: 5,
  ...change,
});

export const sampleSlots = (
  hash: Uint8Array,
  { label = 'sample', slots = 1, wrap = 'A256KW' }: Partial<SampleRequest> = {},
): Slot[] =>
  Array.from({ length: slots }, (_, index) => {
    const kek = derive(`${label}/key/${index}`, 32);
    return makeSlot({
      key: v.parse(keyIdSchema, deriveHex(`${label}/key-id/${index}`, 16)),
      version: 1,
      kcv: checkValue(kek),
      wrap,
      kek,
      dek: derive(`${label}/dek`, 32),
      hash,
      nonce: derive(`${label}/slot-nonce/${index}`, 12),
    });
  });

/** A right file in the smallest area that takes its slots. */
export const makeSample = (request: SampleRequest): Sample => {
  const { size, segment = 4096, slots = 1, label = 'sample', metadata = METADATA } = request;
  const dek = derive(`${label}/dek`, 32);
  const plainMetadata = encodeMetadata(metadata);
  const file = v.parse(fileIdSchema, deriveHex(`${label}/file-id`, 16));
  const fixed = { segment, file, meta: plainMetadata.length, size };
  const content = derive(`${label}/content`, size);
  const bytes = encryptWhole({
    cipher: hostCipher(dek),
    fixed,
    slots: sampleSlots(headerHash(fixed), request),
    metadata: plainMetadata,
    content,
    sealRandom: derive(`${label}/seal`, 11),
    ...(slots === 1 ? { areaLength: 512 } : {}),
  });
  const keys = Array.from({ length: slots }, (_, index) => derive(`${label}/key/${index}`, 32));
  return { file: bytes, fixed, dek, keys, content, metadata };
};
