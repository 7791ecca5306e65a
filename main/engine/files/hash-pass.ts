import { createHash } from 'node:crypto';
import { type RingMemory, SegmentRing } from './segment-ring.ts';

export interface HashPass {
  /** What the encrypted file holds before its first content segment. */
  readonly head: readonly Uint8Array[];
  readonly ring: RingMemory;
}

/** SHA-256 of an encrypted file whose segments come through a ring, hex. */
export const hashPass = ({ head, ring }: HashPass): string => {
  const hash = createHash('sha256');
  for (const piece of head) hash.update(piece);
  new SegmentRing(ring).take((_segment, stored) => hash.update(stored));
  return hash.digest('hex');
};
