import { beforeEach, expect, it } from 'vitest';
import { MerkleTree, leafHash } from '../ledger/merkle.ts';
import { checkpointText, makeCheckpoint } from '../pki/checkpoint.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { act, testContext } from './testing/context.ts';
import { createUnlocked } from './testing/sessions.ts';
import type { SoftwareToken } from './testing/software-token.ts';
import type { Vault } from './vault.ts';

// Several programs may use one token: what one of them has signed meanwhile binds the others.

let token: SoftwareToken;
let vault: Vault;
beforeEach(async () => {
  ({ token, vault } = await createUnlocked(new DiskModel(), await testContext()));
});

/** The anchor of a copy of this vault's ledger that another program went on with. */
const ofACopy = (size: number): string => {
  const tree = new MerkleTree();
  for (let n = 0; n < size; n += 1) tree.append(leafHash(Buffer.from(`record ${n}`)));
  const origin = { vaultId: vault.id, epoch: 1 };
  const head = { size, root: tree.root(size).toString('hex') };
  const text = Buffer.from(checkpointText(origin, head));
  return makeCheckpoint(token.key, origin, head, token.sign(text)).note;
};

it.each([
  ['below the anchor of the token', 20],
  ['beside an anchor that has another root', 2],
])('signs nothing %s, read again before each signature', async (_where, size) => {
  await vault.record([act('note')]);
  token.anchors.push(ofACopy(size));
  const before = token.signed.length;
  await expect(vault.checkpoint('now')).rejects.toMatchObject({ code: 'rolled-back' });
  expect(token.signed).toHaveLength(before);
  // Nothing else is done in it either.
  await expect(vault.record([act('note')])).rejects.toMatchObject({ code: 'rolled-back' });
});
