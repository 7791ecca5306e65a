/** How an encrypted file is named in receipts and records (docs/ledger.md, "Digests of files"). */
export const digestAlgorithms = ['sha256', 'sha256-4m'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** Bytes of a piece of `sha256-4m`: SHA-256 of the SHA-256 digests of all pieces in order. */
export const PIECE_BYTES = 4 * 1024 * 1024;

export interface FileDigest {
  readonly algorithm: DigestAlgorithm;
  /** 32 bytes, hex. */
  readonly hex: string;
}

/** A file of one piece has plain SHA-256. */
export const algorithmFor = (bytes: number): DigestAlgorithm =>
  bytes > PIECE_BYTES ? 'sha256-4m' : 'sha256';

const isHex = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/**
 * The digest in the details of a record, null if there is none. Records of earlier versions have
 * SHA-256 for files of any size; digests of pieces are for files of more than one piece.
 */
export const digestIn = (details: Readonly<Record<string, unknown>>): FileDigest | null => {
  const { sha256, 'sha256-4m': pieces, encryptedBytes } = details;
  if (isHex(sha256)) return { algorithm: 'sha256', hex: sha256 };
  const isLarge = typeof encryptedBytes === 'number' && encryptedBytes > PIECE_BYTES;
  return isHex(pieces) && isLarge ? { algorithm: 'sha256-4m', hex: pieces } : null;
};
