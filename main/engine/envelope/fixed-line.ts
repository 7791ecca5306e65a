import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { fileIdSchema, type FileId } from '../../../shared/ids.ts';
import { headerDamaged } from '../../../shared/messages/failures/encrypted-files.ts';
import { readCanonical } from './canonical.ts';
import { LARGEST_SEGMENT, LARGEST_SIZE, SEGMENT_LIMIT, SMALLEST_SEGMENT } from './format.ts';

/** What never changes in a file's life; the rest of the header may be replaced by a rewrap. */
export interface FixedHeader {
  /** Plaintext bytes of a full segment: a power of two, 4096 … 4 194 304. */
  readonly segment: number;
  readonly file: FileId;
  /** Plaintext bytes of segment 0, the metadata: 1 … segment. */
  readonly meta: number;
  /** Plaintext bytes of the content: 0 … 2^48. */
  readonly size: number;
}

const SUITE = 'A256GCM';

/**
 * Magic (8), version, reserved. The magic follows PNG (ISO/IEC 15948, section 5.2): a byte with the
 * high bit set, CR LF, Ctrl-Z and LF show what a text-mode transfer has done.
 */
export const preamble = (): Buffer => Buffer.from('89434c560d0a1a0a' + '01' + '00', 'hex');

const integer = (least: number, most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));

const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0;

const fixedSchema = v.pipe(
  v.strictObject({
    suite: v.literal(SUITE),
    segment: v.pipe(integer(SMALLEST_SEGMENT, LARGEST_SEGMENT), v.check(isPowerOfTwo)),
    file: fileIdSchema,
    meta: integer(1, LARGEST_SEGMENT),
    size: integer(0, LARGEST_SIZE),
  }),
  v.check(({ meta, segment }) => meta <= segment),
  v.check(({ size, segment }) => Math.ceil(size / segment) < SEGMENT_LIMIT),
);
type Line = v.InferOutput<typeof fixedSchema>;

// Rebuilt key by key: their order is part of the format.
const write = ({ suite, segment, file, meta, size }: Line): string =>
  JSON.stringify({ suite, segment, file, meta, size });

/** Line 1 of the header including its LF. Throws where a number is out of bounds (a bug). */
export const fixedLine = ({ segment, file, meta, size }: FixedHeader): string =>
  `${write(v.parse(fixedSchema, { suite: SUITE, segment, file, meta, size }))}\n`;

/** Reads line 1, given without its LF. Throws Failure('header-damaged'). */
export const parseFixedLine = (line: string): FixedHeader => {
  const fail = (where: string) => headerDamaged(`line 1: ${where}`);
  const { segment, file, meta, size } = readCanonical(line, { schema: fixedSchema, write, fail });
  return { segment, file, meta, size };
};

/**
 * H: SHA-256 over bytes 0 – 9 and line 1 (32 bytes). Part of every AAD, so nothing moves between
 * files. The area length and the slots stay out, so that a rewrap may replace them.
 */
export const headerHash = (fixed: FixedHeader): Buffer =>
  createHash('sha256').update(preamble()).update(fixedLine(fixed), 'latin1').digest();
