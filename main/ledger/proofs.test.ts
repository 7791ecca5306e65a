import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree, nodeHash } from './merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  rootOfInclusion,
  rootOfSharedInclusion,
  sharedInclusionProof,
} from './proofs.ts';

const leafOf = (index: number): Buffer => leafHash(Buffer.from(`entry ${index}`));
const LARGEST = 80;
const tree = new MerkleTree();
for (let index = 0; index < LARGEST; index += 1) tree.append(leafOf(index));

/* The definitions of RFC 6962 §2.1 to §2.1.2, word for word and slow: D[from:to] as numbers. */
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);
const half = (count: number): number => 2 ** Math.ceil(Math.log2(count) - 1);
const mth = (d: readonly number[]): Buffer =>
  d.length === 1
    ? leafOf(d[0] ?? -1)
    : nodeHash(mth(d.slice(0, half(d.length))), mth(d.slice(half(d.length))));
const path = (m: number, d: readonly number[]): Buffer[] => {
  if (d.length === 1) return [];
  const k = half(d.length);
  return m < k
    ? [...path(m, d.slice(0, k)), mth(d.slice(k))]
    : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
};
const subproof = (m: number, d: readonly number[], b: boolean): Buffer[] => {
  if (m === d.length) return b ? [] : [mth(d)];
  const k = half(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), b), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
};

/** A size, an earlier size and a leaf in it. */
const place = fc
  .integer({ min: 1, max: LARGEST })
  .chain((size) =>
    fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }), fc.nat({ max: size - 1 })),
  );

const flipped = (hash: Uint8Array, at: number): Buffer => {
  const other = Buffer.from(hash);
  other.writeUInt8(other.readUInt8(at) ^ 1, at);
  return other;
};

describe('an inclusion proof', () => {
  it('is the audit path of RFC 6962 for every leaf of every tree', () => {
    for (let size = 1; size <= LARGEST; size += 1)
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(tree, index, size);
        expect(proof).toEqual(path(index, range(0, size)));
        expect(rootOfInclusion(leafOf(index), index, size, proof)).toEqual(tree.root(size));
      }
  });

  it('proves nothing else: another leaf, place, size, or a changed, longer or shorter path', () => {
    fc.assert(
      fc.property(place, fc.nat(), fc.nat({ max: 31 }), ([size, , index], at, byte) => {
        const root = tree.root(size);
        const proof: Uint8Array[] = inclusionProof(tree, index, size);
        const proves = (leaf: Buffer, i: number, n: number, p: Uint8Array[]): boolean =>
          Buffer.compare(rootOfInclusion(leaf, i, n, p) ?? Buffer.alloc(0), root) === 0;
        expect(proves(leafOf(index), index, size, proof)).toBe(true);
        expect(proves(leafOf(index + 1), index, size, proof)).toBe(false);
        for (let i = 0; i < size; i += 1)
          expect(proves(leafOf(index), i, size, proof)).toBe(i === index);
        expect(proves(leafOf(index), size, size, proof)).toBe(false);
        expect(proves(leafOf(index), index, size, [...proof, root])).toBe(false);
        if (proof.length === 0) return;
        const which = at % proof.length;
        const changed = proof.map((hash, i) => (i === which ? flipped(hash, byte) : hash));
        expect(proves(leafOf(index), index, size, changed)).toBe(false);
        expect(proves(leafOf(index), index, size, proof.slice(1))).toBe(false);
      }),
    );
  });
});

describe('a consistency proof', () => {
  it('is the one of RFC 6962 for every two sizes', () => {
    for (let size = 1; size <= LARGEST; size += 1)
      for (let earlier = 1; earlier <= size; earlier += 1) {
        const proof = consistencyProof(tree, earlier, size);
        expect(proof).toEqual(subproof(earlier, range(0, size), true));
        const [old, young] = [earlier, size].map((n) => ({ size: n, root: tree.root(n) }));
        expect(old && young && isConsistent(old, young, proof)).toBe(true);
      }
  });

  it('proves nothing else: changed roots, sizes, hashes or lengths', () => {
    fc.assert(
      fc.property(place, fc.nat(), fc.nat({ max: 31 }), ([size, earlier], at, byte) => {
        const old = { size: earlier, root: tree.root(earlier) };
        const young = { size, root: tree.root(size) };
        const proof: Uint8Array[] = consistencyProof(tree, earlier, size);
        const other = { size: earlier, root: flipped(old.root, byte) };
        expect(isConsistent(other, young, proof)).toBe(false);
        expect(isConsistent(old, { size, root: flipped(young.root, byte) }, proof)).toBe(false);
        expect(isConsistent(young, old, proof)).toBe(size === earlier);
        expect(isConsistent(old, young, [...proof, old.root])).toBe(false);
        if (proof.length === 0) return;
        const which = at % proof.length;
        const changed = proof.map((hash, i) => (i === which ? flipped(hash, byte) : hash));
        expect(isConsistent(old, young, changed)).toBe(false);
        expect(isConsistent(old, young, proof.slice(1))).toBe(false);
      }),
    );
  });
});

/** Some leaves of a tree of some size, rising. */
const several = fc
  .integer({ min: 1, max: LARGEST })
  .chain((size) =>
    fc.tuple(fc.constant(size), fc.subarray(range(0, size), { minLength: 1 }), fc.nat()),
  );

describe('a shared inclusion proof', () => {
  it('leads from any leaves to the root, and holds the audit path of a single one', () => {
    fc.assert(
      fc.property(several, ([size, indexes, at]) => {
        const proof = sharedInclusionProof(tree, indexes, size);
        const leaves = indexes.map((index) => ({ index, hash: leafOf(index) }));
        expect(rootOfSharedInclusion(size, leaves, proof)).toEqual(tree.root(size));
        const one = indexes[at % indexes.length] ?? 0;
        const alone = new Set(sharedInclusionProof(tree, [one], size).map(String));
        expect(alone).toEqual(new Set(path(one, range(0, size)).map(String)));
      }),
    );
  });

  it('proves nothing else: a leaf less, changed, moved or exchanged, and no other proof', () => {
    fc.assert(
      fc.property(several, fc.nat({ max: 31 }), ([size, indexes, at], byte) => {
        const root = tree.root(size);
        const proof: Uint8Array[] = sharedInclusionProof(tree, indexes, size);
        const leaves = indexes.map((index) => ({ index, hash: leafOf(index) }));
        const proves = (some: typeof leaves, p: Uint8Array[] = proof): boolean =>
          Buffer.compare(rootOfSharedInclusion(size, some, p) ?? Buffer.alloc(0), root) === 0;
        const which = at % leaves.length;
        const replace = (hash: Buffer, index: number): typeof leaves =>
          leaves.map((leaf, i) => (i === which ? { index, hash } : leaf));
        const index = indexes[which] ?? 0;
        expect(proves(leaves.filter((_, i) => i !== which))).toBe(false);
        expect(proves(replace(flipped(leafOf(index), byte), index))).toBe(false);
        expect(proves(replace(leafOf(index), size + which))).toBe(false);
        if (index + 1 < size && !indexes.includes(index + 1))
          expect(proves(replace(leafOf(index), index + 1))).toBe(false);
        expect(proves(leaves, [...proof, root])).toBe(false);
        if (proof.length > 0) expect(proves(leaves, proof.slice(1))).toBe(false);
        if (leaves.length > 1) expect(proves(leaves.toReversed())).toBe(false);
      }),
    );
  });
});
