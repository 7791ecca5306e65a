import { execFileSync } from 'node:child_process';
import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act, testContext } from './testing/context.ts';
import { createUnlocked, lock, openUnlocked } from './testing/sessions.ts';
import { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';

let context: VaultContext;
let token: SoftwareToken;
let parent: string;
let folder: string;
beforeEach(async () => {
  context = await testContext();
  token = new SoftwareToken();
  parent = await mkdtemp(join(tmpdir(), 'vault-'));
  folder = join(parent, 'v');
});
afterEach(() => rm(parent, { recursive: true }));

const makeVault = async (): Promise<void> => {
  const { vault } = await createUnlocked(folder, context, {}, token);
  await lock(vault);
  await vault.close();
};

describe('a folder that others can write to', () => {
  const names = ['ledger.jsonl', 'keystore.sqlite', 'checkpoint', 'checkpoints.jsonl'] as const;
  const isRefused = async (): Promise<void> => {
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'not-a-file' });
  };

  it.each(names)('has no %s that is a link, a second name, a folder or a FIFO', async (name) => {
    await makeVault();
    const path = join(folder, name);
    const elsewhere = join(parent, 'elsewhere');
    await rename(path, elsewhere);
    const before = await readFile(elsewhere);
    await symlink(elsewhere, path);
    await isRefused();
    await rm(path);
    await link(elsewhere, path);
    await isRefused();
    await rm(path);
    await mkdir(path);
    await isRefused();
    await rm(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    await isRefused();
    expect(await readFile(elsewhere)).toEqual(before);
  });

  it('never writes through a link: a new file replaces it', async () => {
    await makeVault();
    const victim = join(parent, 'victim');
    await writeFile(victim, 'mine');
    const planted = ['keystore.next', 'ledger.hashes', 'ledger.resume'];
    for (const name of planted) {
      await rm(join(folder, name), { force: true });
      await symlink(victim, join(folder, name));
    }
    // A keystore.next is read at opening; a link there is refused, not followed.
    await isRefused();
    await rm(join(folder, 'keystore.next'));
    const vault = await openUnlocked(folder, context, token);
    await symlink(victim, join(folder, 'keystore.next'));
    await vault.commit(
      ({ seals }) => seals.reserve('master', 1),
      () => act('seals.reserve'),
    );
    await vault.close();
    expect(await readFile(victim, 'utf8')).toBe('mine');
    expect((await lstat(join(folder, 'ledger.hashes'))).isSymbolicLink()).toBe(false);
  });
});
