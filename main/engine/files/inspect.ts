import { closeSync } from 'node:fs';
import { fileFailure } from '../../system/index.ts';
import { LARGEST_AREA } from '../envelope/format.ts';
import { type ParsedHeader, parseHeader, type SlotWrap } from '../envelope/header.ts';
import { fileLength, segmentCount } from '../envelope/layout.ts';
import { openSource, readExactly } from './source.ts';

/** What a header says. None of it is authentic: that takes a key. */
export interface Inspection {
  readonly path: string;
  readonly suite: 'A256GCM';
  readonly file: string;
  /** Plaintext bytes. */
  readonly size: number;
  /** Plaintext bytes of a segment. */
  readonly segment: number;
  readonly segments: number;
  readonly headerArea: number;
  /** Bytes of the encrypted file as it lies there. */
  readonly length: number;
  readonly lengthWords: string;
  readonly slots: readonly {
    readonly key: string;
    readonly version: number;
    readonly kcv: string | null;
    readonly wrap: SlotWrap;
  }[];
}

/** @throws Failure `not-encrypted`, `header-damaged`, or what the file system says */
export const inspectFile = (path: string): Inspection => {
  try {
    const source = openSource(path);
    try {
      const prefix = Buffer.alloc(Math.min(source.size, LARGEST_AREA));
      readExactly(source.fd, prefix, 0);
      return describe(path, parseHeader(prefix), source.size);
    } finally {
      closeSync(source.fd);
    }
  } catch (error) {
    throw fileFailure(error);
  }
};

const describe = (path: string, header: ParsedHeader, length: number): Inspection => {
  const { fixed, areaLength, slots } = header;
  return {
    path,
    suite: 'A256GCM',
    file: fixed.file,
    size: fixed.size,
    segment: fixed.segment,
    segments: segmentCount(fixed),
    headerArea: areaLength,
    length,
    lengthWords: lengthWords(length - fileLength(areaLength, fixed)),
    slots: slots.map(({ key, version, kcv, wrap }) => ({
      key,
      version,
      kcv: kcv === '' ? null : kcv,
      wrap,
    })),
  };
};

const lengthWords = (surplus: number): string => {
  if (surplus === 0) return 'complete';
  return surplus < 0 ? `CUT SHORT by ${-surplus} bytes` : `${surplus} BYTES TOO LONG`;
};
