import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree, nodeHash } from './merkle.ts';

/** The definition of RFC 6962 §2.1, word for word: k is the largest power of two below n. */
const treeHash = (entries: readonly Uint8Array[]): Buffer => {
  const [first] = entries;
  if (first === undefined) return createHash('sha256').update('').digest();
  if (entries.length === 1) return leafHash(first);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return nodeHash(treeHash(entries.slice(0, k)), treeHash(entries.slice(k)));
};

const treeOf = (entries: readonly Uint8Array[]): MerkleTree => {
  const tree = new MerkleTree();
  for (const entry of entries) tree.append(leafHash(entry));
  return tree;
};

// The leaves and roots that Certificate Transparency implementations test themselves with.
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the Merkle tree of RFC 6962', () => {
  it.each(roots.map((root, size) => ({ size, root })))('has the known root at size $size', (at) => {
    const tree = treeOf(leaves.slice(0, at.size));
    expect(tree.size).toBe(at.size);
    expect(tree.root().toString('hex')).toBe(at.root);
  });

  it('agrees with the definition at every size up to 300', () => {
    const entries = Array.from({ length: 300 }, (_, i) => Buffer.from(`entry ${i}`));
    const tree = new MerkleTree();
    entries.forEach((entry, index) => {
      tree.append(leafHash(entry));
      expect(tree.root()).toEqual(treeHash(entries.slice(0, index + 1)));
    });
  });

  it('changes its root with any entry, any order and any length', () => {
    const entry = fc.uint8Array({ maxLength: 8 });
    const list = fc.array(entry, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const same = Buffer.from(JSON.stringify(a)).equals(Buffer.from(JSON.stringify(b)));
        expect(treeOf(a).root().equals(treeOf(b).root())).toBe(same);
      }),
    );
  });

  it('distinguishes leaves and nodes', () => {
    const [a, b] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
    const forged = Buffer.concat([Uint8Array.of(1), a, b]);
    expect(leafHash(forged)).not.toEqual(nodeHash(a, b));
  });

  it('knows the root at every earlier size', () => {
    const tree = treeOf(leaves);
    expect(roots.map((_, size) => tree.root(size).toString('hex'))).toEqual(roots);
    expect(() => tree.root(9)).toThrow('not that large');
  });

  it('continues from saved hashes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 130 }), fc.nat({ max: 70 }), (kept, more) => {
        const entries = Array.from({ length: kept + more }, (_, i) => Buffer.from(`entry ${i}`));
        const whole = treeOf(entries);
        const first = treeOf(entries.slice(0, kept));
        const stored = Buffer.concat([first.storedSince(0), whole.storedSince(kept)]);
        expect(stored.equals(whole.storedSince(0))).toBe(true);
        const again = MerkleTree.fromStored(first.storedSince(0), kept);
        for (const entry of entries.slice(kept)) again?.append(leafHash(entry));
        expect(again?.root()).toEqual(treeHash(entries));
      }),
    );
    expect(MerkleTree.fromStored(Buffer.alloc(32), 2)).toBeNull();
  });
});
