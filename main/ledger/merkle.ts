import { createHash } from 'node:crypto';

// RFC 6962 §2.1: the prefixes keep a leaf from passing as a node (second-preimage resistance).
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962 §2.1: SHA-256(0x00 ‖ entry), 32 bytes. */
export const leafHash = (entry: Uint8Array): Buffer =>
  createHash('sha256').update(LEAF).update(entry).digest();

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right), 32 bytes. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

/**
 * A Merkle tree that only grows and keeps only the roots of its complete subtrees, largest
 * first: one for each 1 in the binary form of its size, so at most 53 hashes.
 */
export class MerkleFrontier {
  readonly #subtrees: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#subtrees.pop();
      if (left === undefined) throw new Error('a subtree is missing');
      hash = nodeHash(left, hash);
    }
    this.#subtrees.push(hash);
    this.#size += 1;
  }

  /** The Merkle tree hash at the present size (RFC 6962 §2.1), 32 bytes. */
  root(): Buffer {
    const [last, ...larger] = this.#subtrees.toReversed();
    if (last === undefined) return createHash('sha256').digest();
    return larger.reduce((right, left) => nodeHash(left, right), last);
  }
}
