import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Input } from '../../../shared/contract.ts';
import { Failure } from '../../../shared/failure.ts';
import { presets } from '../../../shared/keys.ts';
import { handlersOf } from '../app/handlers.ts';
import { rotateMasters, type RotatedMasters } from '../../keys/rotate-masters.ts';
import { makeKey } from '../keys/keys-view.ts';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  PIN,
  startDeskApp,
} from '../testing/desk-app.ts';

let engines: Engines;
let desk: DeskApp;
let folder: string;

beforeEach(async () => {
  engines = makeEngines();
  desk = await startDeskApp(engines);
  folder = await makeVault(desk);
});
afterEach(async () => {
  await desk.remove();
  await engines.remove();
});

const request = { reason: 'scheduled', note: '', compromised: null } as const;
const rotate = async (vaultName = 'Vault'): Promise<unknown> =>
  handlersOf(desk.app)['token.rotateMasters']({ vaultName, ...request });

const masterActions = async (): Promise<string[]> =>
  (await readFile(path.join(folder, 'ledger.jsonl'), 'utf8')).match(
    /(?<="action":")master[^"]*/g,
  ) ?? [];

it('no batch runs beside a rotation of the master keys, and no rotation beside a batch', async () => {
  const { work, desk: place } = desk.app;
  const { key } = await makeKey(place.unlocked, { name: 'Board', ...presets.maximum });
  const files = path.join(desk.home, 'files');
  await mkdir(files);
  await writeFile(path.join(files, 'a.bin'), '');
  await truncate(path.join(files, 'a.bin'), 200 * 1024 * 1024);
  await work.draft.add([files]);
  const plan: Input<'batch.plan'> = {
    ...{ kind: 'encrypt', keys: [key.id], output: null, conflict: 'keep-both' },
    ...{ originals: 'keep', encryptedInputs: 'leave-out', sealedNames: false },
  };
  const { id } = await work.start((await work.plan(plan)).id);
  await expect(rotate()).rejects.toMatchObject({ code: 'busy' });
  expect(await masterActions()).toEqual([]);
  work.cancel(id);
  await work.ended;

  await work.draft.add([files]);
  const planned = await work.plan(plan);
  const rotating = rotate();
  await expect(work.start(planned.id)).rejects.toMatchObject({ code: 'busy' });
  await expect(rotate()).rejects.toMatchObject({ code: 'busy' });
  expect(await rotating).toEqual({ versions: 1, marked: 0, oldKept: null });
});

it('a name that is not the vault’s rotates nothing', async () => {
  await expect(rotate('vault')).rejects.toMatchObject({ code: 'usage' });
  expect(await masterActions()).toEqual([]);
});

/** Rotates them as the handler does, and does something else in the middle of it. */
const rotateWhile = (meanwhile: () => void): Promise<RotatedMasters> => {
  const { desk: place, work } = desk.app;
  const { session } = place.unlocked;
  const watched = { reason: 'scheduled', note: '', onProgress: meanwhile } as const;
  return work.withoutBatch(() => rotateMasters(session, watched));
};

it('a window that is locked during a rotation shows nothing at once, and the rotation ends well', async () => {
  const { desk: place } = desk.app;
  await makeKey(place.unlocked, { name: 'Board', ...presets.maximum });
  const locked: Promise<void>[] = [];
  const rotated = await rotateWhile(() => {
    locked.push(place.lock('user'));
    expect(place.isUnlocked).toBe(false);
  });
  expect(rotated).toEqual({ versions: 1, oldKept: null });
  await Promise.all(locked);
  await place.unlock(PIN);
  expect(await masterActions()).toEqual(['master.rotate-start', 'master.rotate', 'master.destroy']);
  expect(place.unlocked.vault.tables.meta.masterRotation()).toBeNull();
});

it('an engine that ends during a rotation leaves the keys as they were, once unlocked again', async () => {
  const { desk: place } = desk.app;
  const { session, vault } = place.unlocked;
  await makeKey(place.unlocked, { name: 'Board', ...presets.maximum });
  const before = vault.tables.keys.wrapped();
  const rotating = rotateWhile(() => void engines.remove());
  await expect(rotating).rejects.toMatchObject({ code: 'engine-lost' });
  await place.lock('user');
  await place.unlock(PIN);
  const after = place.unlocked.vault.tables;
  expect(after.meta.masterRotation()).toBeNull();
  expect(after.keys.wrapped()).toEqual(before);
  await session.engine.call('proveBlobs', { keys: after.keys.wrapped() });
  expect((await masterActions()).at(-1)).toBe('master.rotate-undo');
});

it('a key that is created while the master keys are rotated is never stored under the old ones', async () => {
  const { session } = desk.app.desk.unlocked;
  await makeKey(desk.app.desk.unlocked, { name: 'Board', ...presets.maximum });
  const created: Promise<unknown>[] = [];
  // Whichever is first: the other one may be refused, in words.
  const refusal = (error: unknown): string => (error instanceof Failure ? error.code : 'a bug');
  const rotating = rotateWhile(() => {
    const making = makeKey(desk.app.desk.unlocked, { name: 'Meanwhile', ...presets.balanced });
    created.push(making.then(() => 'stored', refusal));
  });
  const rotated = await rotating.then(() => 'rotated', refusal);
  const [key] = await Promise.all(created);
  expect(['rotated', 'key-state']).toContain(rotated);
  expect(['stored', 'busy', 'key-state']).toContain(key);
  await desk.app.desk.lock('user');
  await desk.app.desk.unlock(PIN);
  const { tables } = desk.app.desk.unlocked.vault;
  expect(tables.meta.masterRotation()).toBeNull();
  await session.engine.call('proveBlobs', { keys: tables.keys.wrapped() });
  expect(tables.keys.wrapped()).toHaveLength(key === 'stored' ? 2 : 1);
});
