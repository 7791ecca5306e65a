import { cutShort, trailingData } from '../../../shared/messages/failures/encrypted-files.ts';
import type { FixedHeader } from './fixed-line.ts';
import { SEGMENT_OVERHEAD } from './format.ts';

// Plain numbers throughout: S is a power of two and the longest file is below 2^49, so every
// division and sum is exact.

/** n: how many content segments there are; 0 for empty content. Segment 0 is not counted. */
export const segmentCount = ({ size, segment }: FixedHeader): number => Math.ceil(size / segment);

const checkIndex = (fixed: FixedHeader, index: number): void => {
  if (!Number.isInteger(index) || index < 0 || index > segmentCount(fixed))
    throw new RangeError(`there is no segment ${index}`);
};

/** Plaintext bytes of segment i; 0 is the metadata. */
export const segmentLength = (fixed: FixedHeader, index: number): number => {
  checkIndex(fixed, index);
  if (index === 0) return fixed.meta;
  return Math.min(fixed.segment, fixed.size - (index - 1) * fixed.segment);
};

/** Where in the file segment i starts, with its nonce. */
export const segmentOffset = (areaLength: number, fixed: FixedHeader, index: number): number => {
  checkIndex(fixed, index);
  if (index === 0) return areaLength;
  const contentOffset = areaLength + fixed.meta + SEGMENT_OVERHEAD;
  return contentOffset + (index - 1) * (fixed.segment + SEGMENT_OVERHEAD);
};

/** Whether segment i is the last one: segment 0 where the content is empty. */
export const isFinal = (fixed: FixedHeader, index: number): boolean => {
  checkIndex(fixed, index);
  return index === segmentCount(fixed);
};

/** Bytes of the whole encrypted file; there is nothing after the last segment. */
export const fileLength = (areaLength: number, fixed: FixedHeader): number =>
  areaLength + fixed.meta + fixed.size + SEGMENT_OVERHEAD * (segmentCount(fixed) + 1);

/** To be asked after checkSeal. Throws Failure('cut-short') or Failure('trailing-data'). */
export const checkFileLength = (areaLength: number, fixed: FixedHeader, actual: number): void => {
  const expected = fileLength(areaLength, fixed);
  if (actual < expected) throw cutShort(actual, expected);
  if (actual > expected) throw trailingData(actual, expected);
};
