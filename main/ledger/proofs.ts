import { nodeHash, type MerkleTree } from './merkle.ts';

/*
 * RFC 6962 §2.1.1 and §2.1.2. A range [from, to) below is always one that the recursion of
 * §2.1 reaches, so `from` is a multiple of the largest power of two that is smaller than its width.
 */

/** Where proofs come from: a tree that keeps the root of every complete subtree. */
export type KeptTree = Pick<MerkleTree, 'size' | 'node'>;

/** RFC 6962 §2.1: the largest power of two smaller than `count`, which is at least 2. */
const splitOf = (count: number): number => {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
};

/** The Merkle tree hash over the leaves from … to − 1. */
const rangeHash = (tree: KeptTree, from: number, to: number): Buffer => {
  const width = to - from;
  const level = Math.log2(width);
  if (Number.isInteger(level)) return tree.node(level, from / width);
  const middle = from + splitOf(width);
  return nodeHash(rangeHash(tree, from, middle), rangeHash(tree, middle, to));
};

const requireSize = (tree: KeptTree, size: number): void => {
  if (size > tree.size) throw new Error('the tree is not that large');
};

/** The audit path of a leaf in the tree of the first `size` leaves (RFC 6962 §2.1.1). */
export const inclusionProof = (tree: KeptTree, index: number, size = tree.size): Buffer[] => {
  requireSize(tree, size);
  if (index < 0 || index >= size) throw new Error('there is no such leaf');
  const path: Buffer[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    const isLeft = index < middle;
    path.push(isLeft ? rangeHash(tree, middle, to) : rangeHash(tree, from, middle));
    [from, to] = isLeft ? [from, middle] : [middle, to];
  }
  return path.reverse();
};

/** The root that a leaf and its audit path lead to; null where the path does not fit the tree. */
export const rootOfInclusion = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null => {
  if (index < 0 || index >= size) return null;
  // RFC 9162 §2.1.3.2.
  let [node, last, root] = [index, size - 1, leaf];
  for (const hash of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(hash, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else root = nodeHash(root, hash);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
};

/** Proves that the first `size` leaves start with the first `earlier` (RFC 6962 §2.1.2). */
export const consistencyProof = (tree: KeptTree, earlier: number, size = tree.size): Buffer[] => {
  requireSize(tree, size);
  if (earlier < 1 || earlier > size) throw new Error('there is no such earlier tree');
  const proof: Buffer[] = [];
  let [from, to, isWhole] = [0, size, true];
  while (earlier !== to) {
    const middle = from + splitOf(to - from);
    const isLeft = earlier <= middle;
    proof.push(isLeft ? rangeHash(tree, middle, to) : rangeHash(tree, from, middle));
    [from, to, isWhole] = isLeft ? [from, middle, isWhole] : [middle, to, false];
  }
  if (!isWhole) proof.push(rangeHash(tree, from, to));
  return proof.reverse();
};

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Whether the proof shows that the later tree starts with the earlier one (RFC 9162 §2.1.4.2). */
export const isConsistent = (earlier: Head, later: Head, proof: readonly Uint8Array[]): boolean => {
  if (earlier.size < 1 || earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && equal(earlier.root, later.root);
  const isPower = Number.isInteger(Math.log2(earlier.size));
  const [first, ...rest] = isPower ? [earlier.root, ...proof] : proof;
  if (first === undefined) return false;
  let [node, last] = [earlier.size - 1, later.size - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  let [old, young] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [old, young] = [nodeHash(hash, old), nodeHash(hash, young)];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else young = nodeHash(young, hash);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(old, earlier.root) && equal(young, later.root);
};

/** Walks the tree down to the given leaves, rising; calls back for every subtree without one. */
const walk = <T>(
  size: number,
  leaves: readonly number[],
  visit: {
    readonly leaf: (position: number) => T;
    readonly without: (from: number, to: number) => T;
    readonly join: (left: T, right: T) => T;
  },
): T => {
  let next = 0;
  const below = (from: number, to: number): T => {
    const wanted = leaves[next];
    if (wanted === undefined || wanted >= to) return visit.without(from, to);
    if (to - from === 1) {
      next += 1;
      return visit.leaf(next - 1);
    }
    const middle = from + splitOf(to - from);
    const left = below(from, middle);
    return visit.join(left, below(middle, to));
  };
  return below(0, size);
};

const areRising = (leaves: readonly number[], size: number): boolean =>
  leaves.every((leaf, at) => leaf > (leaves[at - 1] ?? -1) && leaf < size);

/**
 * The audit paths of several leaves in one: the hashes of the largest subtrees that hold none of
 * them, from left to right. For one leaf these are the hashes of its audit path.
 */
export const sharedInclusionProof = (
  tree: KeptTree,
  leaves: readonly number[],
  size = tree.size,
): Buffer[] => {
  requireSize(tree, size);
  if (!areRising(leaves, size)) throw new Error('the leaves must be rising and in the tree');
  const proof: Buffer[] = [];
  walk<undefined>(size, leaves, {
    leaf: () => undefined,
    without: (from, to) => void proof.push(rangeHash(tree, from, to)),
    join: () => undefined,
  });
  return proof;
};

export interface ProvedLeaf {
  readonly index: number;
  readonly hash: Uint8Array;
}

/** The root that leaves (rising) and their shared proof lead to; null where they do not fit. */
export const rootOfSharedInclusion = (
  size: number,
  leaves: readonly ProvedLeaf[],
  proof: readonly Uint8Array[],
): Uint8Array | null => {
  const indexes = leaves.map(({ index }) => index);
  if (size < 1 || leaves.length === 0 || !areRising(indexes, size)) return null;
  let next = 0;
  const root = walk<Uint8Array | null>(size, indexes, {
    leaf: (position) => leaves[position]?.hash ?? null,
    without: () => proof[next++] ?? null,
    join: (left, right) => (left === null || right === null ? null : nodeHash(left, right)),
  });
  return next === proof.length ? root : null;
};
