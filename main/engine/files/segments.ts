import { readBackFailed } from '../../../shared/messages/failures/files.ts';
import type { FileCipher } from '../envelope/cipher.ts';
import { NONCE_BYTES, SEGMENT_OVERHEAD, TAG_BYTES } from '../envelope/format.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { release } from '../envelope/host-cipher.ts';
import { segmentLength, segmentOffset } from '../envelope/layout.ts';
import { decryptSegment, encryptSegment } from '../envelope/segment.ts';
import { type FileKey, KeySession } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import { writeAll } from './part.ts';
import { type PassMemory, PiecePass } from './piece-pass.ts';
import { readExactly } from './source.ts';

/** What every segment of a file has in common. */
export interface LargeBody {
  readonly fixed: FixedHeader;
  /** H, 32 bytes. */
  readonly hash: Uint8Array;
  /** A, where segment 0 starts. */
  readonly areaLength: number;
  readonly fileKey: FileKey;
}

/** A worker's share of the pass over one large file. File descriptors are shared by all threads. */
export interface Share extends LargeBody {
  readonly memory: PassMemory;
  /** What the encrypted file holds before its first content segment. */
  readonly head: readonly Uint8Array[];
  /** Pieces to be claimed at most. */
  readonly most: number;
}

export interface EncryptShare extends Share {
  readonly sourceFd: number;
  readonly partFd: number;
}

export interface DecryptShare extends Share {
  readonly sourceFd: number;
  /** Where the plaintext is written; null when verifying. */
  readonly partFd: number | null;
  /** A file that must hold the same plaintext; null where there is none to compare with. */
  readonly originalFd: number | null;
}

/** What is hashed is what was handed to the system to be written, byte for byte. */
export const encryptShare = (token: VaultToken, share: EncryptShare): void => {
  const { fixed, areaLength, sourceFd, partFd } = share;
  const buffer = Buffer.allocUnsafeSlow(fixed.segment);
  const encryptInto = (cipher: FileCipher, index: number, stored: Buffer): void => {
    const plaintext = buffer.subarray(0, segmentLength(fixed, index));
    readExactly(sourceFd, plaintext, contentOffset(fixed, index));
    const room = stored.subarray(NONCE_BYTES);
    const { nonce, data } = encryptSegment(cipher, share, index, plaintext, room);
    stored.set(nonce);
    if (data.byteOffset !== room.byteOffset || data.buffer !== room.buffer) room.set(data);
    writeAll(partFd, [stored], segmentOffset(areaLength, fixed, index));
  };
  try {
    withCipher(token, share, encryptInto);
  } finally {
    release(buffer);
  }
};

/** A worker's share of a pass that encrypts a file again under a new file key. */
export interface ReencryptShare extends Share {
  /** The file as it was; its segments are as long or longer. */
  readonly old: LargeBody;
  readonly sourceFd: number;
  readonly partFd: number;
}

/** The plaintext is in memory alone. @throws Failure `segment-damaged` */
export const reencryptShare = (token: VaultToken, share: ReencryptShare): void => {
  const { fixed, areaLength, old, sourceFd, partFd } = share;
  const buffer = Buffer.allocUnsafeSlow(old.fixed.segment + SEGMENT_OVERHEAD);
  const room = Buffer.allocUnsafeSlow(old.fixed.segment + TAG_BYTES);
  const plaintextOf = (opener: FileCipher, index: number): Uint8Array => {
    const start = contentOffset(fixed, index);
    const from = Math.floor(start / old.fixed.segment) + 1;
    const stored = buffer.subarray(0, segmentLength(old.fixed, from) + SEGMENT_OVERHEAD);
    readExactly(sourceFd, stored, segmentOffset(old.areaLength, old.fixed, from));
    const whole = decryptSegment(
      opener,
      old,
      from,
      stored,
      room.subarray(0, stored.length - NONCE_BYTES),
    );
    const at = start - contentOffset(old.fixed, from);
    return whole.subarray(at, at + segmentLength(fixed, index));
  };
  try {
    token.connection.withSession((session) => {
      const opener = new KeySession(token, session).cipher(old.fileKey);
      withCipher(token, share, (cipher, index, stored) => {
        const place = stored.subarray(NONCE_BYTES);
        const plaintext = plaintextOf(opener, index);
        const { nonce, data } = encryptSegment(cipher, share, index, plaintext, place);
        stored.set(nonce);
        if (data.byteOffset !== place.byteOffset || data.buffer !== place.buffer) place.set(data);
        writeAll(partFd, [stored], segmentOffset(areaLength, fixed, index));
      });
    });
  } finally {
    release(buffer);
    release(room);
  }
};

/** @throws Failure `segment-damaged`, `read-back-failed` */
export const decryptShare = (token: VaultToken, share: DecryptShare): void => {
  const { fixed, areaLength, sourceFd, originalFd } = share;
  const room = Buffer.allocUnsafeSlow(fixed.segment + TAG_BYTES);
  const original = Buffer.allocUnsafeSlow(originalFd === null ? 0 : fixed.segment);
  const decryptFrom = (cipher: FileCipher, index: number, stored: Buffer): void => {
    readExactly(sourceFd, stored, segmentOffset(areaLength, fixed, index));
    const into = room.subarray(0, stored.length - NONCE_BYTES);
    deliver(share, index, decryptSegment(cipher, share, index, stored, into), original);
  };
  try {
    withCipher(token, share, decryptFrom);
  } finally {
    release(room);
    release(original);
  }
};

/** Plaintext goes to disk, is compared, or is only known to be intact: never anywhere else. */
const deliver = (
  { fixed, partFd, originalFd }: DecryptShare,
  index: number,
  plaintext: Uint8Array,
  original: Buffer,
): void => {
  const offset = contentOffset(fixed, index);
  if (partFd !== null) writeAll(partFd, [plaintext], offset);
  if (originalFd === null) return;
  const same = original.subarray(0, plaintext.length);
  readExactly(originalFd, same, offset);
  if (!same.equals(plaintext)) throw readBackFailed();
};

const contentOffset = (fixed: FixedHeader, index: number): number => (index - 1) * fixed.segment;

const withCipher = (
  token: VaultToken,
  share: Share,
  work: (cipher: FileCipher, index: number, stored: Buffer) => void,
): void =>
  token.connection.withSession((session) => {
    const cipher = new KeySession(token, session).cipher(share.fileKey);
    new PiecePass(share).run(share.most, share.head, (index, stored) =>
      work(cipher, index, stored),
    );
  });
