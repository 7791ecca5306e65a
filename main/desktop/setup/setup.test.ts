import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Module } from '../../../shared/contract/token.ts';
import { Failure } from '../../../shared/failure.ts';
import { nssParameters } from '../../engine/pkcs11/known-modules.ts';
import { makeNssToken } from '../../engine/pkcs11/testing/tokens.ts';
import { type DeskApp, type Engines, makeEngines, PIN, startDeskApp } from '../testing/desk-app.ts';

let engines: Engines;
let desk: DeskApp;

beforeEach(async () => {
  engines = makeEngines();
  desk = await startDeskApp(engines);
});
afterEach(async () => {
  await desk.remove();
  await engines.remove();
});

/** @returns the folder's id */
const connect = async (folder: string): Promise<string> => {
  desk.answer = folder;
  const picked = await desk.app.setup.pickFolder();
  if (picked === null) throw new Error('no folder');
  await desk.app.setup.connect({ kind: 'evaluation', folder: picked.id, pin: PIN });
  return picked.id;
};

/** @returns how it failed */
const refused = async (folder: string): Promise<Failure> => {
  const error: unknown = await connect(folder).catch((thrown: unknown) => thrown);
  if (error instanceof Failure) return error;
  throw new Error('it did not fail as expected', { cause: error });
};

it('leaves nothing of a cancelled wizard, not even the parent folders', async () => {
  await connect(path.join(desk.home, 'Safe', 'Claviger', 'Vault'));
  expect(await readdir(path.join(desk.home, 'Safe', 'Claviger', 'Vault'))).not.toEqual([]);
  await desk.app.setup.cancel();
  expect(await readdir(desk.home)).toEqual(['data']);
});

it('is cancelled while it creates and tests the token, as when the program is quit', async () => {
  const connected = refused(path.join(desk.home, 'Claviger', 'Vault'));
  await vi.waitFor(async () => {
    expect(await readdir(path.join(desk.home, 'Claviger', 'Vault'))).toContain('token');
  });
  await desk.app.setup.cancel();
  expect(await readdir(desk.home)).toEqual(['data']);
  expect((await connected).code).toBe('engine-lost');
  expect(() => desk.app.setup.profile).toThrow();
});

it('creates one vault if asked to twice', async () => {
  const id = await connect(path.join(desk.home, 'Vault'));
  const finish = (): Promise<unknown> => desk.app.setup.finish({ folder: id, lossPlan: null });
  const [first, second] = await Promise.allSettled([finish(), finish()]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
  const index = await desk.app.desk.unlocked.vault.audit();
  expect((await index.query({ action: 'vault.create', limit: 5 })).total).toBe(1);
});

it('uses the last of two tokens that are requested at once', async () => {
  const [first, second] = await Promise.allSettled([
    connect(path.join(desk.home, 'One')),
    connect(path.join(desk.home, 'Two')),
  ]);
  expect(first.status).toBe('rejected');
  if (second.status !== 'fulfilled') throw second.reason;
  expect((await readdir(desk.home)).sort()).toEqual(['Two', 'data']);
  await desk.app.setup.finish({ folder: second.value, lossPlan: null });
  expect(desk.app.desk.isUnlocked).toBe(true);
});

it('leaves a folder that existed before, and what others put beside it', async () => {
  await mkdir(path.join(desk.home, 'there'));
  await connect(path.join(desk.home, 'there'));
  await desk.app.setup.cancel();
  await connect(path.join(desk.home, 'new', 'Vault'));
  await writeFile(path.join(desk.home, 'new', 'notes.txt'), 'of somebody else');
  await desk.app.setup.cancel();
  expect(await readdir(path.join(desk.home, 'there'))).toEqual([]);
  expect(await readdir(path.join(desk.home, 'new'))).toEqual(['notes.txt']);
});

it('refuses an unusable folder when it is chosen, before any PIN', async () => {
  desk.answer = desk.home;
  await expect(desk.app.setup.pickFolder()).rejects.toMatchObject({ code: 'vault-exists' });
  desk.answer = path.join(desk.home, 'new', 'Vault');
  expect(await desk.app.setup.pickFolder()).toMatchObject({ path: desk.answer });
  expect(await readdir(desk.home)).toEqual(['data']);
});

it('says what is wrong with a folder without naming command-line options', async () => {
  const file = path.join(desk.home, 'a file');
  await writeFile(file, '');
  for (const folder of [desk.home, file, path.join(file, 'below')]) {
    const { code, unharmed, next } = await refused(folder);
    expect(code).toBe('vault-exists');
    expect(unharmed).toMatch(/\w/);
    expect(next).toMatch(/^Choose/);
    expect(next).not.toContain('--');
  }
});

it('creates a vault on a token whose library needs parameters', async () => {
  const nss = makeNssToken();
  try {
    const shown = await desk.app.setup.search.all();
    const library = shown.find(({ parameters }) => parameters === 'needed');
    expect(library).toMatchObject({ product: 'NSS softokn', tokens: [], failure: null });
    const read = (parameters: string): Promise<Module> =>
      desk.app.setup.search.read({ module: library?.id ?? '', parameters });
    const wrong = await read(nssParameters(path.join(desk.home, 'no database')));
    expect(wrong).toMatchObject({ parameters: 'needed', tokens: [] });
    expect(wrong.failure?.cause).toMatch(/\w/);
    const { tokens } = await read(nss.target.parameters ?? '');
    const found = tokens.find(({ label }) => label === nss.target.label);
    const token = { kind: 'existing', token: found?.id ?? '', pin: PIN } as const;
    expect((await desk.app.setup.connect(token)).signs).toBe('p256');
    desk.answer = path.join(desk.home, 'On NSS');
    const folder = await desk.app.setup.pickFolder();
    await desk.app.setup.finish({ folder: folder?.id ?? '', lossPlan: 'refused' });
    expect(desk.app.desk.isUnlocked).toBe(true);
    // From now on, its initialisation string is known.
    await desk.app.desk.lock('user');
    await desk.app.desk.unlock(PIN);
    expect(desk.app.desk.isUnlocked).toBe(true);
  } finally {
    nss.remove();
  }
});

// mkdir of /proc says that the folder above is missing, which it is not.
it.runIf(process.platform === 'linux')(
  'gives up where the system makes no folder, and does not try for ever',
  async () => {
    const { code, next } = await refused('/proc/claviger/Vault');
    expect(code).toBe('io');
    expect(next).toBe('Choose a place that exists and where you may write.');
  },
);
