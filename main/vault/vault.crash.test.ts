import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { act, newKeyId, testContext, wrappedVersion } from './testing/context.ts';
import { createUnlocked, openUnlocked } from './testing/sessions.ts';
import { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';
import { verifyLedger } from './verify.ts';

const LATER = '2026-02-01T00:00:00.000Z';

let context: VaultContext;
beforeAll(async () => {
  context = await testContext();
});

const secret = Buffer.from('SECRET-BLOB-THAT-MUST-BE-GONE-AFTER-A-PURGE');

/** What a user was told: names of keys that exist, are gone, and acts that were recorded. */
interface Told {
  created: boolean;
  readonly keys: string[];
  readonly destroyed: string[];
  readonly acts: string[];
  /** What was asked for last and not answered. */
  open: string;
}

/** Creates, commits, records, purges, fails a change, closes, opens again and continues. */
const story = async (disk: DiskModel, told: Told, token: SoftwareToken): Promise<void> => {
  told.open = 'create';
  const { vault } = await createUnlocked(disk, context, {}, token);
  told.created = true;
  const ids = new Map<string, ReturnType<typeof newKeyId>>();
  const addKey = async (on: Vault, name: string, blob: Buffer): Promise<void> => {
    told.open = name;
    const id = newKeyId();
    await on.commit(
      ({ keys }) => {
        keys.insert({ id, name, custody: 'hsm-wrapped', bulk: 'host' }, wrappedVersion(1, blob));
      },
      () => act('key.create', name),
    );
    ids.set(name, id);
    told.keys.push(name);
  };
  const note = async (on: Vault, name: string): Promise<void> => {
    told.open = name;
    await on.record([act('note', name)]);
    told.acts.push(name);
  };
  await addKey(vault, 'alpha', Buffer.concat([secret, Buffer.alloc(6000, 7)]));
  await Promise.all([
    note(vault, 'one'),
    note(vault, 'two'),
    addKey(vault, 'beta', Buffer.alloc(60)),
  ]);
  told.open = 'alpha';
  const alpha = ids.get('alpha') ?? newKeyId();
  await vault.commit(
    ({ keys }) => keys.destroy(alpha, 1, LATER),
    () => act('key.destroy', 'alpha'),
    { purge: true },
  );
  told.destroyed.push('alpha');
  await note(vault, 'three');
  await vault.close();
  told.open = '';
  const again = await openUnlocked(disk, context, token);
  await addKey(again, 'gamma', Buffer.alloc(60, 1));
  await note(again, 'four');
  await again.close();
};

/** Before it: free the name, create, write and sync the snapshot, sync the folder, write and sync the record. */
const RENAME_OF_A_COMMIT = 7;

const newTold = (): Told => ({ created: false, keys: [], destroyed: [], acts: [], open: '' });

const recordedNames = (disk: DiskModel): string[] =>
  (disk.files()[vaultFiles.ledger] ?? Buffer.alloc(0))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; subject: { name?: string } })
    .filter(({ action }) => action === 'note' || action.startsWith('key.'))
    .map(({ action, subject }) => `${action} ${subject.name ?? ''}`);

/** Everything that was acknowledged is there; keystore and ledger tell the same. */
const checkHealthy = async (disk: DiskModel, told: Told, token: SoftwareToken): Promise<void> => {
  const names = Object.keys(disk.files());
  if (!told.created && !names.includes(vaultFiles.ledger)) {
    await expect(Vault.openOn(disk.store(), context)).rejects.toMatchObject({
      code: 'vault-not-found',
    });
    const anew = await createUnlocked(disk, context);
    await anew.vault.close();
    return;
  }
  const vault = await openUnlocked(disk, context, token);
  const summaries = vault.tables.keys.list();
  const there = summaries.map(({ name }) => name);
  const recorded = recordedNames(disk);
  for (const name of told.keys) expect(there).toContain(name);
  for (const name of told.destroyed)
    expect(summaries.find((key) => key.name === name)?.state).toBe('destroyed');
  for (const name of told.acts) expect(recorded).toContain(`note ${name}`);
  // Wholly there or wholly absent: a key has its record and a record has its key.
  for (const name of ['alpha', 'beta', 'gamma'])
    expect(recorded.includes(`key.create ${name}`)).toBe(there.includes(name));
  expect(recorded.includes('key.destroy alpha')).toBe(
    summaries.some((key) => key.name === 'alpha' && key.state === 'destroyed'),
  );
  if (recorded.includes('key.destroy alpha')) expect(filesHolding(disk, secret)).toEqual([]);
  expect(new Set(recorded).size).toBe(recorded.length);
  const verdict = await verifyLedger(disk.store());
  expect(verdict).toMatchObject({ ...vault.head, findings: [], total: 0 });
  await vault.commit(
    ({ seals }) => seals.reserve('master', 1),
    () => act('seals.reserve'),
  );
  await vault.close();
};

const filesHolding = (disk: DiskModel, needle: Buffer): string[] =>
  Object.entries(disk.files())
    .filter(([, bytes]) => bytes.includes(needle))
    .map(([name]) => name);

const tornTail = (disk: DiskModel): Buffer => {
  const ledger = disk.files()[vaultFiles.ledger] ?? Buffer.alloc(0);
  return ledger.subarray(ledger.lastIndexOf(0x0a) + 1);
};

const tornFiles = (disk: DiskModel): Buffer[] =>
  Object.entries(disk.files())
    .filter(([name]) => name.startsWith(vaultFiles.torn))
    .map(([, bytes]) => bytes);

const countSteps = async (): Promise<number> => {
  const disk = new DiskModel();
  await story(disk, newTold(), new SoftwareToken());
  return disk.steps;
};

describe('a power cut', () => {
  it('at any step loses nothing that was acknowledged', { timeout: 300_000 }, async () => {
    const steps = await countSteps();
    expect(steps).toBeGreaterThan(50);
    for (let step = 0; step <= steps; step += 1)
      for (let seed = 0; seed < 4; seed += 1) {
        const disk = new DiskModel();
        const told = newTold();
        const token = new SoftwareToken();
        disk.arm({ kind: 'power', step });
        await story(disk, told, token).catch(() => undefined);
        await checkHealthy(disk.afterPowerCut(step * 1000 + seed), told, token);
      }
  });

  it('during recovery from a power cut loses nothing either', { timeout: 300_000 }, async () => {
    const steps = await countSteps();
    const cut = fc.nat({ max: steps });
    const seed = fc.nat();
    await fc.assert(
      fc.asyncProperty(cut, fc.nat({ max: 12 }), seed, seed, async (first, second, a, b) => {
        const told = newTold();
        const disk = new DiskModel();
        disk.arm({ kind: 'power', step: first });
        const token = new SoftwareToken();
        await story(disk, told, token).catch(() => undefined);
        const found = disk.afterPowerCut(a);
        const torn = tornTail(found);
        found.arm({ kind: 'power', step: second });
        await openUnlocked(found, context, token)
          .then((vault) => vault.close())
          .catch(() => undefined);
        const last = found.afterPowerCut(b);
        await checkHealthy(last, told, token);
        // What was cut off the ledger is kept, wherever the second power cut came.
        if (torn.length > 0) expect(tornFiles(last).some((bytes) => bytes.equals(torn))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe.each([
  { code: 'ENOSPC', once: true },
  { code: 'ENOSPC', once: false },
  { code: 'EIO', once: true },
  { code: 'EIO', once: false },
])('a disk that answers $code (once: $once)', ({ code, once }) => {
  it('at any step makes the action fail with a message, and the vault is intact when reopened', async () => {
    const steps = await countSteps();
    let failures = 0;
    for (let step = 0; step < steps; step += 1) {
      const disk = new DiskModel();
      const told = newTold();
      disk.arm({ kind: 'errno', step, code, once });
      const token = new SoftwareToken();
      const error: unknown = await story(disk, told, token).catch((reason: unknown) => reason);
      // A checkpoint that cannot be written takes nothing back: the next one covers it.
      if (error !== undefined) {
        expect(error).toBeInstanceOf(Failure);
        expect((error as Failure).message).toMatch(/disk/);
        failures += 1;
      }
      disk.arm(null);
      await checkHealthy(disk, told, token);
    }
    expect(failures).toBeGreaterThan(50);
  });

  it('accepts nothing after a record could not be written', async () => {
    const disk = new DiskModel();
    const { vault } = await createUnlocked(disk, context);
    disk.arm({ kind: 'errno', step: 1, code, once: true });
    await expect(vault.record([act('lost')])).rejects.toMatchObject({ code: 'record-failed' });
    await expect(vault.record([act('next')])).rejects.toMatchObject({ code: 'record-failed' });
    const change = vault.commit(
      ({ seals }) => seals.reserve('master', 1),
      () => act('seals.reserve'),
    );
    await expect(change).rejects.toMatchObject({ code: 'record-failed' });
    expect(vault.tables.seals.reserved('master')).toBe(0);
  });

  it('after the record keeps the change, and the vault accepts nothing more', async () => {
    const disk = new DiskModel();
    const { vault, token } = await createUnlocked(disk, context);
    const reserve = (on: Vault): Promise<number> =>
      on.commit(
        ({ seals }) => seals.reserve('master', 5),
        () => act('seals.reserve'),
      );
    disk.arm({ kind: 'errno', step: RENAME_OF_A_COMMIT, code, once: true });
    const failed = {
      code: 'record-failed',
      message: expect.stringMatching(/^The change is rec/) as string,
    };
    await expect(reserve(vault)).rejects.toMatchObject(failed);
    await expect(reserve(vault)).rejects.toMatchObject(failed);
    expect(vault.tables.seals.reserved('master')).toBe(5);
    await vault.close();
    const again = await openUnlocked(disk, context, token);
    expect(again.tables.seals.reserved('master')).toBe(5);
    expect(await reserve(again)).toBe(10);
  });

  it('leaves a vault usable if the change failed before its record', async () => {
    const disk = new DiskModel();
    const { vault } = await createUnlocked(disk, context);
    disk.arm({ kind: 'errno', step: 1, code, once: true });
    const reserve = (): Promise<number> =>
      vault.commit(
        ({ seals }) => seals.reserve('master', 5),
        () => act('seals.reserve'),
      );
    await expect(reserve()).rejects.toMatchObject({ code: code === 'EIO' ? 'io' : 'disk-full' });
    expect(vault.tables.seals.reserved('master')).toBe(0);
    expect(await reserve()).toBe(5);
    expect(vault.tables.seals.reserved('master')).toBe(5);
  });
});
