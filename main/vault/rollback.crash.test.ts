import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { MerkleTree } from '../ledger/merkle.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import type { LedgerToken } from './ledger-token.ts';
import { act, newVaultId, testContext } from './testing/context.ts';
import { lock as end, unlock as begin } from './testing/sessions.ts';
import { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';

let context: VaultContext;
beforeAll(async () => {
  context = await testContext();
});

/** Opens and unlocks as a session does. @returns null where the vault was rolled back */
const unlock = async (disk: DiskModel, token: SoftwareToken): Promise<Vault | null> => {
  const vault = await Vault.openOn(disk.store(), context);
  try {
    return await begin(vault, token);
  } catch (error) {
    if (error instanceof Failure && error.code === 'rolled-back') return null;
    throw error;
  }
};

const lock = async (vault: Vault): Promise<void> => {
  await end(vault);
  await vault.close();
};

const change = (vault: Vault): Promise<number> =>
  vault.commit(
    ({ seals }) => seals.reserve('master', 1),
    () => act('seals.reserve'),
  );

/** Accepts a rollback as `claviger recover` does. @returns the note of the new epoch */
const accept = async (on: DiskModel, by: SoftwareToken): Promise<string> => {
  const vault = await Vault.openOn(on.store(), context);
  const examined = await vault.examine(by.ledger(), { seen: null });
  await vault.restrict(examined.verdict.findings);
  const { note } = await vault.accept(by.ledger(), examined, 'test');
  await by.ledger().keepAnchor?.(note, examined.anchors);
  await vault.close();
  return note;
};

/** What disk and token held after each session, with the size that the anchor covered. */
interface Snapshot {
  readonly files: Record<string, Buffer>;
  readonly anchored: number;
}

/** Creates, then three sessions with changes, notes and records made while locked. */
const story = async (
  disk: DiskModel,
  token: SoftwareToken,
  snapshots: Snapshot[],
): Promise<void> => {
  const first = await Vault.createOn(
    disk.store(),
    { ...token.first, vaultId: newVaultId() },
    context,
  );
  await first.anchorFirst(token.ledger());
  await first.close();
  for (let session = 0; session < 3; session += 1) {
    const vault = await unlock(disk, token);
    if (vault === null) throw new Error('a false alarm');
    await change(vault);
    await Promise.all([vault.record([act('note', 'one')]), change(vault)]);
    await lock(vault);
    const locked = await Vault.openOn(disk.store(), context);
    await locked.record([act('audit.view', 'look')]);
    await locked.close();
    const anchored = Number(token.anchors[0]?.split('\n')[1]);
    snapshots.push({ files: disk.files(), anchored });
  }
};

/** Looks, each time the anchor is about to be written, at what a power cut would leave of the disk. */
class WatchedToken extends SoftwareToken {
  readonly #disk: DiskModel;
  anchored = 0;

  constructor(disk: DiskModel) {
    super();
    this.#disk = disk;
  }

  override ledger(): LedgerToken {
    const ledger = super.ledger();
    const keepAnchor: LedgerToken['keepAnchor'] = async (note, superseded) => {
      this.#expectDurable(note);
      this.anchored += 1;
      await ledger.keepAnchor?.(note, superseded);
    };
    return { ...ledger, keepAnchor };
  }

  #expectDurable(note: string): void {
    const [, size = '', root = ''] = note.split('\n');
    for (let seed = 0; seed < 40; seed += 1) {
      const files = this.#disk.afterPowerCut(seed).files();
      const lines = (files[vaultFiles.ledger] ?? Buffer.alloc(0)).toString().split('\n');
      expect(lines.length - 1).toBeGreaterThanOrEqual(Number(size));
      const tree = new MerkleTree();
      for (const line of lines.slice(0, Number(size))) tree.appendEntry(Buffer.from(line));
      expect(tree.root().toString('base64')).toBe(root);
      expect(files[vaultFiles.checkpoint]?.toString()).toBe(note);
      expect(files[vaultFiles.checkpoints]?.toString()).toContain(JSON.stringify(note));
    }
  }
}

/** A disk whose power goes together with the token's at one step of either. */
const cutAt = (disk: DiskModel, token: SoftwareToken, step: number): void => {
  disk.arm({ kind: 'power', step });
  token.step = () => {
    // A step of the token counts as one of the disk, and dies with it.
    disk.tick();
  };
};

describe('the anchor', () => {
  it('is written only for records and a checkpoint that survive a power cut', async () => {
    const disk = new DiskModel();
    const token = new WatchedToken(disk);
    await story(disk, token, []);
    expect(token.anchored).toBeGreaterThan(6);
  });
});

describe('a power cut', () => {
  it('at any step of disk or token is not reported as a rollback, and the vault continues', async () => {
    const counting = new DiskModel();
    const counted = new SoftwareToken();
    cutAt(counting, counted, Number.POSITIVE_INFINITY);
    await story(counting, counted, []);
    const steps = counting.steps;
    expect(steps).toBeGreaterThan(100);
    for (let step = 0; step < steps; step += 1)
      for (let seed = 0; seed < 3; seed += 1) {
        const [disk, token] = [new DiskModel(), new SoftwareToken()];
        cutAt(disk, token, step);
        const ended: unknown = await story(disk, token, []).catch((error: unknown) => error);
        expect(String(ended)).not.toContain('false alarm');
        token.step = () => undefined;
        const found = disk.afterPowerCut(step * 1000 + seed);
        if (found.files()[vaultFiles.ledger] === undefined) continue;
        const vault = await unlock(found, token);
        expect(vault, `step ${step}, seed ${seed}`).not.toBeNull();
        if (vault === null) continue;
        await change(vault);
        await lock(vault);
        expect(token.anchors).toHaveLength(1);
        expect(token.anchors[0]).toContain(`\n${vault.head.size}\n`);
      }
  }, 300_000);

  it('while a rollback is being accepted leaves the old ledger or the new one', async () => {
    const [disk, token] = [new DiskModel(), new SoftwareToken()];
    const snapshots: Snapshot[] = [];
    await story(disk, token, snapshots);
    const old = snapshots[0]?.files ?? {};
    const anchors = [...token.anchors];
    for (let step = 0; ; step += 1) {
      const on = new DiskModel(old);
      token.anchors = [...anchors];
      cutAt(on, token, step);
      const cut = await accept(on, token).then(
        () => false,
        () => true,
      );
      token.step = () => undefined;
      for (let seed = 0; seed < 20; seed += 1) {
        const found = on.afterPowerCut(seed);
        const vault = await Vault.openOn(found.store(), context);
        const { isRolledBack } = (await vault.examine(token.ledger(), { seen: null })).verdict;
        expect([1, 2]).toContain(vault.origin.epoch);
        expect(isRolledBack).toBe(vault.origin.epoch === 1);
        const kept = Object.entries(found.files()).filter(([name]) => name.startsWith('ledger.'));
        expect(kept.some(([, bytes]) => bytes.includes(Buffer.from('"look"')))).toBe(true);
        await vault.close();
      }
      if (!cut) break;
    }
  }, 300_000);

  it('while a rollback is being accepted never starts an epoch twice', async () => {
    const [disk, token] = [new DiskModel(), new SoftwareToken()];
    const snapshots: Snapshot[] = [];
    await story(disk, token, snapshots);
    const anchors = [...token.anchors];
    const originOf = (note: string): string => note.split('\n')[0] ?? '';
    let begun = 0;
    for (let step = 0; ; step += 1) {
      const on = new DiskModel(snapshots[0]?.files);
      token.anchors = [...anchors];
      cutAt(on, token, step);
      const cut = await accept(on, token).then(
        () => false,
        () => true,
      );
      token.step = () => undefined;
      if (!cut) break;
      const found = on.afterPowerCut(step);
      // Signed for the new epoch, which is not in force yet.
      const signed = found.files()[vaultFiles.checkpointNext]?.toString() ?? '';
      if (signed === '' || found.files()[vaultFiles.ledger] === undefined) continue;
      const vault = await Vault.openOn(found.store(), context);
      const { epoch } = vault.origin;
      await vault.close();
      if (epoch > 1) continue;
      token.anchors = [...anchors];
      expect(originOf(await accept(found, token))).not.toBe(originOf(signed));
      begun += 1;
    }
    expect(begun).toBeGreaterThan(0);
  }, 300_000);
});

describe('an older copy of the folder', () => {
  it('is found at unlock, however far before the anchor, and never signed again', async () => {
    const [disk, token] = [new DiskModel(), new SoftwareToken()];
    const snapshots: Snapshot[] = [];
    await story(disk, token, snapshots);
    const [last] = snapshots.toReversed();
    const signedBefore = token.signed.length;
    for (const { files, anchored } of snapshots) {
      const isNewest = anchored === last?.anchored;
      const vault = await Vault.openOn(new DiskModel(files).store(), context);
      const { verdict } = await vault.examine(token.ledger(), { seen: null });
      expect(verdict.isRolledBack).toBe(!isNewest);
      if (!isNewest) expect(await unlock(new DiskModel(files), token)).toBeNull();
      await vault.close();
    }
    expect(token.signed).toHaveLength(signedBefore);
  });

  it('is found again at every later unlock, and recorded once', async () => {
    const [disk, token] = [new DiskModel(), new SoftwareToken()];
    const snapshots: Snapshot[] = [];
    await story(disk, token, snapshots);
    const old = new DiskModel(snapshots[0]?.files ?? {});
    expect(await unlock(old, token)).toBeNull();
    expect(await unlock(old, token)).toBeNull();
    const vault = await Vault.openOn(old.store(), context);
    await expect(begin(vault, token)).rejects.toMatchObject({ code: 'rolled-back' });
    await expect(vault.record([act('note')])).rejects.toMatchObject({ code: 'rolled-back' });
    await expect(change(vault)).rejects.toMatchObject({ code: 'rolled-back' });
    await vault.recordLook(act('audit.view'));
    await vault.close();
    const text = old.files()[vaultFiles.ledger]?.toString() ?? '';
    expect(text.split('"vault.rollback"')).toHaveLength(2);
    expect(text.endsWith('\n')).toBe(true);
    expect(text.trimEnd().split('\n').at(-1)).toContain('"vault.rollback"');
  });
});

describe('one origin', () => {
  it('is never signed with two roots of one size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 200 }), fc.nat(), async (step, seed) => {
        const [disk, token] = [new DiskModel(), new SoftwareToken()];
        cutAt(disk, token, step);
        await story(disk, token, []).catch(() => undefined);
        token.step = () => undefined;
        const found = disk.afterPowerCut(seed);
        if (found.files()[vaultFiles.ledger] === undefined) return;
        const vault = await unlock(found, token);
        if (vault !== null) await lock(vault);
        const bySize = new Map<string, string>();
        for (const text of token.signed) {
          const [origin = '', size = '', root = ''] = text.split('\n');
          expect(bySize.get(`${origin} ${size}`) ?? root).toBe(root);
          bySize.set(`${origin} ${size}`, root);
        }
      }),
      { numRuns: 60 },
    );
  });
});
