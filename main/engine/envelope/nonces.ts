import { NONCE_BYTES } from './format.ts';

// The deterministic construction of NIST SP 800-38D, section 8.2.1: segments count, and the first
// byte keeps seals apart from segments. A file key is used for one encryption of one source only.

const INDEX_OFFSET = 4;
const SEAL_MARK = 0xff;

/** Random bytes of a seal's nonce: a rewrap makes another seal under the same file key. */
export const SEAL_RANDOM_BYTES = 11;

/** 4 zero bytes ‖ the index, u64 big endian. */
export const segmentNonce = (index: number): Buffer => {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(BigInt(index), INDEX_OFFSET);
  return nonce;
};

/** 0xFF ‖ 11 random bytes. */
export const sealNonce = (random: Uint8Array): Buffer => {
  if (random.length !== SEAL_RANDOM_BYTES) throw new RangeError('a seal takes 11 random bytes');
  return Buffer.concat([Buffer.of(SEAL_MARK), random]);
};
