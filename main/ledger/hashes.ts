import { type Storage, vaultFiles } from '../store/index.ts';
import { MerkleTree } from './merkle.ts';

/** Keeps the tree's hashes, so that a later change can be told to the record. A cache, no promise. */
export const saveHashes = async (storage: Storage, tree: MerkleTree): Promise<void> => {
  // Whatever else has the name is replaced.
  const known = await storage.read(vaultFiles.hashes).catch(() => null);
  const all = tree.storedSince(0);
  if (known?.equals(all) === true) return;
  if (known !== null && known.length < all.length && all.subarray(0, known.length).equals(known))
    await storage.append(vaultFiles.hashes, known.length, all.subarray(known.length));
  else {
    await storage.writeSynced(vaultFiles.hashes, all);
    await storage.syncFolder();
  }
};

/** The tree over the first `size` records as it was kept, if its root is the one that was signed. */
export const readHashes = async (
  storage: Storage,
  { size, root }: { readonly size: number; readonly root: string },
): Promise<MerkleTree | null> => {
  const stored = await storage.read(vaultFiles.hashes);
  const tree = stored === null ? null : MerkleTree.fromStored(stored, size);
  if (tree === null) return null;
  const again = new MerkleTree();
  for (let index = 0; index < size; index += 1) again.append(tree.leaf(index));
  return again.root().toString('hex') === root ? again : null;
};
