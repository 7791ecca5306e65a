import type { FileCipher } from './cipher.ts';
import { encodeHeader, headerHash, type FixedHeader, type ParsedHeader } from './header.ts';
import type { Slot } from './header.ts';
import { release } from './host-cipher.ts';
import { checkFileLength, fileLength, segmentCount, segmentOffset } from './layout.ts';
import { NONCE_BYTES, SEAL_BYTES } from './format.ts';
import { parseMetadata, type FileMetadata } from './metadata.ts';
import { sealNonce } from './nonces.ts';
import { makeSeal } from './seal.ts';
import { decryptSegment, encryptSegment } from './segment.ts';

/** All that one encryption of a small file takes. Its file key and file id are used this once. */
export interface WholeFile {
  readonly cipher: FileCipher;
  readonly fixed: FixedHeader;
  readonly slots: readonly Slot[];
  /** From encodeMetadata; fixed.meta bytes. */
  readonly metadata: Uint8Array;
  /** fixed.size bytes. */
  readonly content: Uint8Array;
  /** 11 fresh random bytes. */
  readonly sealRandom: Uint8Array;
  /** Another header area than the smallest one that fits. */
  readonly areaLength?: number;
}

const segmentPlaintext = ({ fixed, metadata, content }: WholeFile, index: number): Uint8Array =>
  index === 0 ? metadata : content.subarray((index - 1) * fixed.segment, index * fixed.segment);

/** The encrypted file, header and all, made in memory. */
export const encryptWhole = (whole: WholeFile): Buffer => {
  const { cipher, fixed, slots } = whole;
  if (whole.content.length !== fixed.size) throw new RangeError('the content has another size');
  const sealed = encodeHeader(fixed, slots, whole.areaLength);
  const areaLength = sealed.length + SEAL_BYTES;
  const file = Buffer.allocUnsafeSlow(fileLength(areaLength, fixed));
  file.set(sealed);
  file.set(makeSeal(cipher, sealed, sealNonce(whole.sealRandom)), sealed.length);
  const body = { fixed, hash: headerHash(fixed) };
  for (let index = 0; index <= segmentCount(fixed); index += 1) {
    const offset = segmentOffset(areaLength, fixed, index);
    const segment = encryptSegment(cipher, body, index, segmentPlaintext(whole, index));
    file.set(segment.nonce, offset);
    file.set(segment.data, offset + NONCE_BYTES);
    release(segment.data);
  }
  return file;
};

const storedSegment = (
  { areaLength, fixed }: ParsedHeader,
  file: Uint8Array,
  index: number,
): Uint8Array => {
  const last = index === segmentCount(fixed);
  const end = last ? file.length : segmentOffset(areaLength, fixed, index + 1);
  return file.subarray(segmentOffset(areaLength, fixed, index), end);
};

const openMetadata = (cipher: FileCipher, header: ParsedHeader, file: Uint8Array): FileMetadata => {
  const plaintext = decryptSegment(cipher, header, 0, storedSegment(header, file, 0));
  const metadata = parseMetadata(plaintext);
  release(plaintext);
  return metadata;
};

const openContent = (cipher: FileCipher, header: ParsedHeader, file: Uint8Array): Buffer => {
  const content = Buffer.allocUnsafeSlow(header.fixed.size);
  try {
    for (let index = 1; index <= segmentCount(header.fixed); index += 1) {
      const stored = storedSegment(header, file, index);
      const plaintext = decryptSegment(cipher, header, index, stored);
      content.set(plaintext, (index - 1) * header.fixed.segment);
      release(plaintext);
    }
    return content;
  } catch (error) {
    release(content);
    throw error;
  }
};

/** What a file holds; content is the caller's to release. */
export interface OpenedFile {
  readonly metadata: FileMetadata;
  readonly content: Buffer;
}

/**
 * Opens a whole file in memory once checkSeal has agreed: length, then every segment. Gives nothing
 * unless all of it verifies. Throws the Failures of checkFileLength and parseMetadata, and
 * Failure('segment-damaged') with the segment's number.
 */
export const openSealed = (
  cipher: FileCipher,
  header: ParsedHeader,
  file: Uint8Array,
): OpenedFile => {
  checkFileLength(header.areaLength, header.fixed, file.length);
  return {
    metadata: openMetadata(cipher, header, file),
    content: openContent(cipher, header, file),
  };
};
