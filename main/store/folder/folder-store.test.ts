import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../system/sha256.ts';
import type { Store } from '../store.ts';
import { DiskModel } from '../testing/disk-model.ts';
import { holderContract, storeContract, type StorePlace } from '../testing/store-contract.ts';
import { onlyRead } from './files.ts';
import { FolderStore } from './folder-store.ts';
import { vaultFiles } from './names.ts';
import { holdFolder, lookAtFolder } from './open-folder.ts';

describe('a folder on a disk', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'claviger-store-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const makePlace = async (): Promise<StorePlace> => {
    const folder = await mkdtemp(path.join(root, 'vault-'));
    const contents = async (): Promise<Buffer[]> =>
      Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name))));
    return {
      hold: () => holdFolder(folder),
      look: () => lookAtFolder(folder),
      tear: (bytes) => appendFile(path.join(folder, vaultFiles.ledger), bytes),
      holds: async (bytes) => (await contents()).some((content) => content.includes(bytes)),
    };
  };
  storeContract(makePlace);
  holderContract(makePlace);

  it('returns no document that was replaced by a link', async () => {
    const folder = await mkdtemp(path.join(root, 'vault-'));
    const secret = path.join(root, 'secret');
    await writeFile(secret, 'of the user');
    await symlink(secret, path.join(folder, `${vaultFiles.torn}20260102T030405678Z`));
    const [planted] = await lookAtFolder(folder).documents();
    const reading = (async (): Promise<void> => {
      for await (const piece of planted?.read() ?? []) expect(piece).toBe('never read');
    })();
    await expect(reading).rejects.toMatchObject({ code: 'not-a-file' });
  });
});

describe('a folder in memory', () => {
  storeContract(() => {
    const disk = new DiskModel();
    const contents = (): Buffer[] => Object.values(disk.files());
    return Promise.resolve({
      hold: () => Promise.resolve(disk.store()),
      look: () => new FolderStore(onlyRead(disk)),
      tear: (bytes) => disk.append(vaultFiles.ledger, lengthOf(disk), bytes),
      holds: (bytes) => Promise.resolve(contents().some((content) => content.includes(bytes))),
    });
  });
});

const lengthOf = (disk: DiskModel): number => disk.files()[vaultFiles.ledger]?.length ?? 0;

describe('a commit in a folder', () => {
  const FIRST = Buffer.from('{"seq":1}\n');
  const [old, next] = [Buffer.alloc(5000, 1), Buffer.alloc(6000, 2)];
  const line = Buffer.from(`{"keystore":"${sha256(next)}"}\n`);

  const madeDisk = async (): Promise<DiskModel> => {
    const disk = new DiskModel();
    const sign = (): Promise<string> => Promise.resolve('a note\n');
    await disk.store().create({ image: old, line: FIRST, sign, beside: [] });
    return disk;
  };
  const commit = async (store: Store): Promise<string> => {
    await store.stage(next);
    const { kind } = await store.commit({
      at: FIRST.length,
      lines: line,
      image: next,
      purge: true,
    });
    return kind;
  };

  it('interrupted at any step is complete or absent', async () => {
    const counting = await madeDisk();
    counting.arm(null);
    expect(await commit(counting.store())).toBe('done');
    const { steps } = counting;
    expect(steps).toBeGreaterThan(8);
    const seen = new Set<string>();
    for (let step = 0; step < steps; step += 1)
      for (let seed = 0; seed < 30; seed += 1) {
        const disk = await madeDisk();
        disk.arm({ kind: 'power', step });
        await commit(disk.store()).catch(() => undefined);
        const after = disk.afterPowerCut(step * 100 + seed);
        const ledger = after.files()[vaultFiles.ledger] ?? Buffer.alloc(0);
        const isDone = ledger.equals(Buffer.concat([FIRST, line]));
        const named = sha256(isDone ? next : old);
        const store = after.store();
        const found = await store.keystore(named);
        expect(found.kind, `step ${step}, seed ${seed}`).toBe('found');
        await store.repair(found);
        expect(await store.keystore(named)).toMatchObject({ kind: 'found', left: 'nothing' });
        seen.add(isDone ? 'done' : 'not done');
      }
    expect([...seen].toSorted()).toEqual(['done', 'not done']);
  });

  it('whose image cannot be moved into its place says so, and is completed later', async () => {
    const disk = await madeDisk();
    const RENAME = 9; // behind staging, the line, and overwriting the old image
    for (let step = RENAME; ; step += 1) {
      const again = new DiskModel(disk.files());
      again.arm({ kind: 'errno', step, code: 'EIO', once: true });
      const outcome = await commit(again.store()).catch(() => 'thrown');
      if (outcome === 'done') break;
      expect(outcome).toBe('unfinished');
      const store = again.store();
      await store.repair(await store.keystore(sha256(next)));
      expect(await store.keystore(sha256(next))).toMatchObject({ kind: 'found', left: 'nothing' });
    }
  });
});
