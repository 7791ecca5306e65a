import type { FileCipher } from '../envelope/cipher.ts';
import { NONCE_BYTES, SEGMENT_OVERHEAD, TAG_BYTES } from '../envelope/format.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { release } from '../envelope/host-cipher.ts';
import { segmentLength, segmentOffset } from '../envelope/layout.ts';
import { decryptSegment, encryptSegment } from '../envelope/segment.ts';
import { type FileKey, KeySession } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import { readBackFailed } from './compare.ts';
import { writeAll } from './part.ts';
import { readExactly } from './source.ts';

/** Some consecutive segments of one large file. File descriptors are shared by all threads. */
export interface SegmentRange {
  readonly fixed: FixedHeader;
  /** H, 32 bytes. */
  readonly hash: Uint8Array;
  /** A, where segment 0 starts. */
  readonly areaLength: number;
  readonly fileKey: FileKey;
  /** First segment. */
  readonly from: number;
  /** One past the last segment. */
  readonly to: number;
}

export interface EncryptRange extends SegmentRange {
  readonly sourceFd: number;
  readonly partFd: number;
}

export interface DecryptRange extends SegmentRange {
  readonly sourceFd: number;
  /** Where the plaintext is written; null when verifying. */
  readonly partFd: number | null;
  /** A file that must hold the same plaintext; null where there is none to compare with. */
  readonly originalFd: number | null;
}

export const encryptRange = (token: VaultToken, range: EncryptRange): void => {
  const buffer = Buffer.allocUnsafeSlow(range.fixed.segment);
  const room = Buffer.allocUnsafeSlow(range.fixed.segment + TAG_BYTES);
  const encryptAll = (cipher: FileCipher): void => {
    for (let index = range.from; index < range.to; index++) {
      const plaintext = buffer.subarray(0, segmentLength(range.fixed, index));
      readExactly(range.sourceFd, plaintext, contentOffset(range.fixed, index));
      const into = room.subarray(0, plaintext.length + TAG_BYTES);
      const sealed = encryptSegment(cipher, range, index, plaintext, into);
      const offset = segmentOffset(range.areaLength, range.fixed, index);
      writeAll(range.partFd, [sealed.nonce, sealed.data], offset);
    }
  };
  try {
    withCipher(token, range.fileKey, encryptAll);
  } finally {
    release(buffer);
  }
};

/** @throws Failure `segment-damaged`, `read-back-failed` */
export const decryptRange = (token: VaultToken, range: DecryptRange): void => {
  const buffer = Buffer.allocUnsafeSlow(range.fixed.segment + SEGMENT_OVERHEAD);
  const room = Buffer.allocUnsafeSlow(range.fixed.segment + TAG_BYTES);
  const decryptAll = (cipher: FileCipher): void => {
    for (let index = range.from; index < range.to; index++) {
      const stored = buffer.subarray(0, segmentLength(range.fixed, index) + SEGMENT_OVERHEAD);
      readExactly(range.sourceFd, stored, segmentOffset(range.areaLength, range.fixed, index));
      const into = room.subarray(0, stored.length - NONCE_BYTES);
      take(range, index, decryptSegment(cipher, range, index, stored, into));
    }
  };
  try {
    withCipher(token, range.fileKey, decryptAll);
  } finally {
    release(room);
  }
};

/** Plaintext goes to disk, is compared, or is only known to be intact: never anywhere else. */
const take = (range: DecryptRange, index: number, plaintext: Uint8Array): void => {
  const offset = contentOffset(range.fixed, index);
  if (range.partFd !== null) writeAll(range.partFd, [plaintext], offset);
  if (range.originalFd === null) return;
  const original = Buffer.allocUnsafeSlow(plaintext.length);
  readExactly(range.originalFd, original, offset);
  const equal = original.equals(plaintext);
  release(original);
  if (!equal) throw readBackFailed();
};

const contentOffset = (fixed: FixedHeader, index: number): number => (index - 1) * fixed.segment;

const withCipher = (
  token: VaultToken,
  fileKey: FileKey,
  work: (cipher: FileCipher) => void,
): void =>
  token.connection.withSession((session) => work(new KeySession(token, session).cipher(fileKey)));
