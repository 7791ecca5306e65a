import { hash } from 'node:crypto';

// RFC 6962 §2.1: the prefixes keep a leaf from passing as a node (second-preimage resistance).
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** Length of a hash in bytes. */
export const HASH_BYTES = 32;
const FIRST_ROOM = 64 * HASH_BYTES;
const FIRST_ENTRY = 4096;

/** RFC 6962 §2.1: SHA-256(0x00 ‖ entry), 32 bytes. */
export const leafHash = (entry: Uint8Array): Buffer => sha256(Buffer.concat([LEAF, entry]));

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right), 32 bytes. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  sha256(Buffer.concat([NODE, left, right]));

/** The root of a tree without leaves (RFC 6962 §2.1). */
export const emptyRoot = (): Buffer => sha256(new Uint8Array());

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** How many complete subtrees end with the leaf before this one: the trailing ones of `index`. */
const trailingOnes = (index: number): number => {
  let ones = 0;
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) ones += 1;
  return ones;
};

/** How many hashes `storedHashes` holds for so many leaves: 2·size less the ones in its binary form. */
export const storedCount = (size: number): number => {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return 2 * size - ones;
};

/** Where the complete subtree over the leaves index·2^level … is stored, counted in hashes. */
const placeOf = (level: number, index: number): number =>
  storedCount((index + 1) * 2 ** level - 1) + level;

/**
 * A Merkle tree that only grows and keeps the root of every complete subtree, in the order in
 * which they become complete: each leaf, then what it completes, smallest first. So the stored
 * hashes only grow too, at most 64 bytes for each leaf, and every proof is a matter of look-ups.
 */
export class MerkleTree {
  #hashes = Buffer.alloc(FIRST_ROOM);
  #used = 0;
  #size = 0;
  /** What is hashed next: a prefix and an entry, or a prefix and two hashes. */
  #entry = Buffer.alloc(FIRST_ENTRY);
  readonly #pair = Buffer.concat([NODE, Buffer.alloc(2 * HASH_BYTES)]);

  /** A tree from hashes that were kept. @returns null where they cannot be those of any tree */
  static fromStored(stored: Uint8Array, size: number): MerkleTree | null {
    const length = storedCount(size) * HASH_BYTES;
    if (stored.length < length) return null;
    const tree = new MerkleTree();
    tree.#hashes = Buffer.from(stored.subarray(0, length));
    tree.#used = length;
    tree.#size = size;
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** @param leaf the hash of an entry */
  append(leaf: Uint8Array): void {
    const at = this.#room();
    this.#hashes.set(leaf, at);
    this.#complete();
  }

  /** Appends the leaf of an entry, which takes half as long as hashing it before. */
  appendEntry(entry: Uint8Array): void {
    const length = entry.length + 1;
    if (length > this.#entry.length) this.#entry = Buffer.alloc(length * 2);
    this.#entry.set(entry, 1);
    this.#push(this.#entry.subarray(0, length));
    this.#complete();
  }

  /** Adds the roots of the subtrees that the newest leaf completes. */
  #complete(): void {
    let index = this.#size;
    const completed = trailingOnes(index);
    for (let level = 0; level < completed; level += 1) {
      const left = placeOf(level, index - 1) * HASH_BYTES;
      this.#hashes.copy(this.#pair, 1, left, left + HASH_BYTES);
      this.#hashes.copy(this.#pair, 1 + HASH_BYTES, this.#used - HASH_BYTES, this.#used);
      this.#push(this.#pair);
      index = (index - 1) / 2;
    }
    this.#size += 1;
  }

  /** The root of the complete subtree over the leaves index·2^level …, 32 bytes. */
  node(level: number, index: number): Buffer {
    const from = placeOf(level, index) * HASH_BYTES;
    if (from >= this.#used) throw new Error('this subtree is not complete');
    return this.#hashes.subarray(from, from + HASH_BYTES);
  }

  leaf(index: number): Buffer {
    return this.node(0, index);
  }

  /** The Merkle tree hash over the first `size` leaves (RFC 6962 §2.1), 32 bytes. */
  root(size = this.#size): Buffer {
    if (size > this.#size) throw new Error('the tree is not that large');
    let root: Buffer | null = null;
    let [rest, level] = [size, 0];
    while (rest > 0) {
      if (rest % 2 === 1) {
        const subtree = this.node(level, rest - 1);
        root = root === null ? subtree : nodeHash(subtree, root);
      }
      rest = Math.floor(rest / 2);
      level += 1;
    }
    return root === null ? emptyRoot() : Buffer.from(root);
  }

  /** The hashes that the tree gained since it had `size` leaves, to be kept behind the older ones. */
  storedSince(size: number): Buffer {
    return this.#hashes.subarray(storedCount(size) * HASH_BYTES, this.#used);
  }

  /** Text of one character per byte is the quickest way out of the crypto library. */
  #push(bytes: Uint8Array): void {
    const text = hash('sha256', bytes, 'binary');
    const at = this.#room();
    this.#hashes.write(text, at, 'latin1');
  }

  /** Where the next hash goes. */
  #room(): number {
    if (this.#used === this.#hashes.length) {
      const larger = Buffer.alloc(Math.max(FIRST_ROOM, this.#hashes.length * 2));
      this.#hashes.copy(larger);
      this.#hashes = larger;
    }
    this.#used += HASH_BYTES;
    return this.#used - HASH_BYTES;
  }
}
