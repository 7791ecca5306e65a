import { beforeAll, expect, it } from 'vitest';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { testContext } from './testing/context.ts';
import { createUnlocked, lock } from './testing/sessions.ts';
import { Vault, type VaultContext } from './vault.ts';

// Somebody puts a ledger of their own in the place of a vault's: it has no history.

interface First {
  details: Record<string, unknown>;
  subject: Record<string, unknown>;
}

let context: VaultContext;
let files: Record<string, Buffer>;
beforeAll(async () => {
  context = await testContext();
  const disk = new DiskModel();
  const { vault } = await createUnlocked(disk, context);
  await lock(vault);
  await vault.close();
  files = disk.files();
});

/** The vault's folder with a ledger that consists of its changed first record. */
const replaced = (change: (first: First) => void): DiskModel => {
  const ledger = files[vaultFiles.ledger]?.toString() ?? '';
  const first = JSON.parse(ledger.slice(0, ledger.indexOf('\n'))) as First;
  change(first);
  const others = Object.entries(files).filter(([name]) => !name.startsWith('ledger'));
  const line = Buffer.from(`${JSON.stringify(first)}\n`);
  return new DiskModel({ ...Object.fromEntries(others), [vaultFiles.ledger]: line });
};

it.each<[string, (first: First) => void]>([
  ['no key', ({ details }) => delete details['checkpointKey']],
  ['null for a key', ({ details }) => (details['checkpointKey'] = null)],
  ['no vault', ({ subject }) => delete subject['vault']],
])('is refused where it names %s that signs it', async (_what, change) => {
  const opening = Vault.openOn(replaced(change).store(), context);
  await expect(opening).rejects.toMatchObject({ code: 'ledger-damaged' });
});
