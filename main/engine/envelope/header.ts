import {
  headerDamaged,
  notEncrypted,
  unknownVersion,
} from '../../../shared/messages/failures/encrypted-files.ts';
import { fixedLine, headerHash, parseFixedLine, preamble, type FixedHeader } from './fixed-line.ts';
import {
  AREA_UNIT,
  DEFAULT_AREA,
  LARGEST_AREA,
  LINES_OFFSET,
  NONCE_BYTES,
  SEAL_BYTES,
} from './format.ts';
import { parseSlotsLine, slotsLine, type Slot } from './slots-line.ts';

export { headerHash, type FixedHeader } from './fixed-line.ts';
export type { Slot, SlotWrap } from './slots-line.ts';

const SPACE = 0x20;
export const MAGIC_BYTES = 8;
const AREA_LENGTH_OFFSET = 10;

/** Whether these are the first bytes of an encrypted file, of whatever version. */
export const isMagic = (bytes: Uint8Array): boolean =>
  preamble().subarray(0, MAGIC_BYTES).equals(bytes);

/** A header that is well formed. Nothing in it is authentic before checkSeal has agreed. */
export interface ParsedHeader {
  readonly fixed: FixedHeader;
  readonly slots: readonly Slot[];
  /** A: bytes of the header area, where segment 0 starts. */
  readonly areaLength: number;
  /** H, 32 bytes. */
  readonly hash: Buffer;
  /** Bytes 0 … A − 61, which the seal authenticates. */
  readonly sealed: Buffer;
  /** 12 bytes. */
  readonly sealNonce: Buffer;
  /** Ciphertext 32 ‖ tag 16. */
  readonly seal: Buffer;
}

const isAreaLength = (length: number): boolean =>
  length >= AREA_UNIT && length <= LARGEST_AREA && length % AREA_UNIT === 0;

const areaFor = (needed: number): number =>
  Math.max(DEFAULT_AREA, Math.ceil(needed / AREA_UNIT) * AREA_UNIT);

/**
 * Bytes 0 … A − 61: all of the header area but its seal. A is the smallest multiple of 512 that
 * fits, at least 1024, unless a larger one (or 512) is asked for.
 */
export const encodeHeader = (
  fixed: FixedHeader,
  slots: readonly Slot[],
  areaLength?: number,
): Buffer => {
  const lines = fixedLine(fixed) + slotsLine(slots);
  const needed = LINES_OFFSET + lines.length + SEAL_BYTES;
  const length = areaLength ?? areaFor(needed);
  if (!isAreaLength(length) || length < needed)
    throw new RangeError(`a header area of ${length} bytes cannot hold ${needed}`);
  const sealed = Buffer.alloc(length - SEAL_BYTES, SPACE);
  sealed.set(preamble());
  sealed.writeUInt16BE(length, AREA_LENGTH_OFFSET);
  sealed.write(lines, LINES_OFFSET, 'latin1');
  return sealed;
};

const readAreaLength = (prefix: Buffer): number => {
  const expected = preamble();
  if (!isMagic(prefix.subarray(0, MAGIC_BYTES))) throw notEncrypted();
  if (prefix.length < LINES_OFFSET) throw headerDamaged('the file ends inside the header');
  const version = prefix.readUInt8(MAGIC_BYTES);
  if (version !== expected[MAGIC_BYTES]) throw unknownVersion(version);
  if (prefix[MAGIC_BYTES + 1] !== 0) throw headerDamaged('byte 9');
  const length = prefix.readUInt16BE(AREA_LENGTH_OFFSET);
  if (!isAreaLength(length)) throw headerDamaged(`a header area of ${length} bytes`);
  if (prefix.length < length) throw headerDamaged('the file ends inside the header');
  return length;
};

/** Line 1 and line 2 without their LF. One character per byte, so comparing texts compares bytes. */
const readLines = (sealed: Buffer): readonly [string, string] => {
  const text = sealed.toString('latin1', LINES_OFFSET);
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  if (first < 0 || second < 0) throw headerDamaged('a line has no end');
  const padding = text.slice(second + 1);
  if (padding !== ' '.repeat(padding.length)) throw headerDamaged('the padding');
  return [text.slice(0, first), text.slice(first + 1, second)];
};

/**
 * Reads a header from a file's first min(file length, 65 024) bytes; keeps a copy of what it needs.
 * Throws Failure('not-encrypted') or Failure('header-damaged').
 */
export const parseHeader = (prefix: Uint8Array): ParsedHeader => {
  const view = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const areaLength = readAreaLength(view);
  const area = Buffer.from(view.subarray(0, areaLength));
  const sealed = area.subarray(0, areaLength - SEAL_BYTES);
  const [line1, line2] = readLines(sealed);
  const fixed = parseFixedLine(line1);
  return {
    fixed,
    slots: parseSlotsLine(line2),
    areaLength,
    hash: headerHash(fixed),
    sealed,
    sealNonce: area.subarray(sealed.length, sealed.length + NONCE_BYTES),
    seal: area.subarray(sealed.length + NONCE_BYTES),
  };
};
