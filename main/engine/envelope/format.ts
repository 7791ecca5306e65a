/** The numbers of the encrypted file format, version 1 (docs/format.md). Lengths are in bytes. */

/** AES-256: the only key size of this version. */
export const DEK_BYTES = 32;
/** The nonce length that GCM uses as it is (NIST SP 800-38D, section 7.1). */
export const NONCE_BYTES = 12;
/** The longest GCM tag; shorter ones are never accepted (NIST SP 800-38D, appendix C). */
export const TAG_BYTES = 16;
/** What a segment is longer on disk than its plaintext. */
export const SEGMENT_OVERHEAD = NONCE_BYTES + TAG_BYTES;

/** The seal's plaintext: two AES blocks of zeros, which make its ciphertext commit to the key. */
export const COMMITMENT_BYTES = 32;
export const SEAL_BYTES = NONCE_BYTES + COMMITMENT_BYTES + TAG_BYTES;

/** Magic, version, reserved byte and area length; line 1 starts here. */
export const LINES_OFFSET = 12;
export const AREA_UNIT = 512;
/** Enough for three to five slots. */
export const DEFAULT_AREA = 1024;
/** The largest multiple of 512 in 16 bits: all that a reader holds before any key is used. */
export const LARGEST_AREA = 65_024;

export const SMALLEST_SEGMENT = 4096;
export const LARGEST_SEGMENT = 4_194_304;
/** 256 TiB. Every offset of such a file is an exact JavaScript number. */
export const LARGEST_SIZE = 2 ** 48;
/** GCM calls under one file key stay far below every limit of NIST SP 800-38D, section 8.3. */
export const SEGMENT_LIMIT = 2 ** 32;

/** A wrapped 256-bit key: RFC 3394 makes it 8 bytes longer; GCM adds nonce and tag. */
export const WRAPPED_BYTES = { A256KW: 40, A256GCMKW: 60 } as const;
