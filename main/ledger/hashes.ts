import type { Store, StoreReader } from '../store/index.ts';
import { MerkleTree } from './merkle.ts';

/** Stores the tree's hashes, so that a later change can be traced to its record. Only a cache. */
export const saveHashes = (store: Store, tree: MerkleTree): Promise<void> =>
  store.cache('tree', tree.storedSince(0));

/** The tree over the first `size` records as it was kept, if its root is the one that was signed. */
export const readHashes = async (
  store: StoreReader,
  { size, root }: { readonly size: number; readonly root: string },
): Promise<MerkleTree | null> => {
  const stored = await store.cached('tree');
  const tree = stored === null ? null : MerkleTree.fromStored(stored, size);
  if (tree === null) return null;
  const again = new MerkleTree();
  for (let index = 0; index < size; index += 1) again.append(tree.leaf(index));
  return again.root().toString('hex') === root ? again : null;
};
