import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Screen } from '../../../shared/contract/app.ts';
import { Failure } from '../../../shared/failure.ts';
import { overviewOf } from '../overview/overview.ts';
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

beforeAll(() => {
  engines = makeEngines();
});
afterAll(() => engines.remove());
beforeEach(async () => {
  desk = await startDeskApp(engines);
  folder = await makeVault(desk);
});
afterEach(() => desk.remove());

const records = async (): Promise<{ action: string; code?: string; details: unknown }[]> =>
  (await readFile(path.join(folder, 'ledger.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; details: unknown });

const actions = async (): Promise<string[]> => (await records()).map(({ action }) => action);

const fails = (code: string): unknown => expect.objectContaining({ code });

/** The current folder, without the token in it. */
const copyOf = async (): Promise<string> => {
  const copy = path.join(desk.home, `copy ${(await readdir(desk.home)).length}`);
  await cp(folder, copy, {
    recursive: true,
    filter: (name) => !['token', 'lock'].includes(path.relative(folder, name)),
  });
  return copy;
};

const putBack = async (copy: string): Promise<void> => {
  for (const name of await readdir(folder))
    if (name !== 'token') await rm(path.join(folder, name), { recursive: true });
  await cp(copy, folder, { recursive: true });
};

const openScreen = (): Extract<Screen, { screen: 'open' }> => {
  const screen = desk.app.desk.screen();
  if (screen.screen !== 'open') throw new Error(`the screen is ${screen.screen}`);
  return screen;
};

describe('lock and unlock', () => {
  it('locks at once, records why, and reveals nothing until the PIN is entered', async () => {
    const { app } = desk;
    const locked = app.desk.lock('idle');
    expect(app.desk.isUnlocked).toBe(false);
    expect(() => app.desk.unlocked).toThrow(fails('not-logged-in'));
    await locked;
    expect((await records()).at(-1)).toMatchObject({
      action: 'vault.lock',
      details: { reason: 'idle' },
    });
    await expect(app.desk.unlock('000000')).rejects.toEqual(fails('pin-incorrect'));
    expect(app.desk.isUnlocked).toBe(false);
    expect((await records()).at(-1)).toMatchObject({
      action: 'token.login',
      code: 'pin-incorrect',
    });
    await app.desk.unlock(PIN);
    expect(app.desk.unlocked.session.isLoggedIn).toBe(true);
  });

  it('marks what was made while locked once the unlock has signed it', async () => {
    const { app } = desk;
    await app.desk.lock('user');
    await expect(app.desk.unlock('000000')).rejects.toEqual(fails('pin-incorrect'));
    await app.desk.unlock(PIN);
    const wanted = { filter: {}, upTo: null, offset: 0, limit: 4 };
    const { rows } = await app.audit.query(app.desk.unlocked, wanted);
    expect(rows.map(({ action, mark }) => [action, mark])).toEqual([
      ['vault.unlock', null],
      ['token.login', 'locked'],
      ['vault.lock', null],
      expect.anything(),
    ]);
    const status = await app.status();
    expect(status.ledger.checkpoint).toMatchObject({ inToken: 'never' });
    expect(status.ledger.checkpoint?.at).not.toBe(null);
  });

  it('does not wait for a PIN after a lock', async () => {
    const { app } = desk;
    await Promise.all([app.desk.lock('user'), app.desk.lock('suspend')]);
    expect((await actions()).filter((action) => action === 'vault.lock')).toHaveLength(1);
    expect(app.desk.screen()).toMatchObject({ screen: 'locked', lock: { reason: 'user' } });
  });

  it('finds a token again that was missing while locked', async () => {
    const { app } = desk;
    await app.desk.lock('user');
    await app.desk.look();
    expect(app.desk.screen()).toMatchObject({ token: { present: true, pinPad: false } });
  });
});

describe('a token that fails a batch', () => {
  /** As a batch does whose call the token did not answer. */
  const comeBack = async (): Promise<void> => {
    const { session } = desk.app.desk.unlocked;
    await session.recover(new Failure('token-failed', 'The token failed.'), session.engine);
  };
  const pinNeeded = (): Promise<unknown> =>
    vi.waitFor(async () => {
      const status = await desk.app.status();
      expect(status.pinNeeded).not.toBe(null);
      return status.pinNeeded;
    }, 10_000);

  it('has the window ask for the PIN, and ask again after a wrong one', async () => {
    const back = comeBack();
    expect(await pinNeeded()).toMatchObject({ code: 'token-failed' });
    await expect(desk.app.desk.unlock('000000')).rejects.toEqual(fails('pin-incorrect'));
    expect(desk.app.desk.isUnlocked).toBe(true);
    await pinNeeded();
    await desk.app.desk.unlock(PIN);
    await back;
    expect(desk.app.desk.unlocked.session.isLoggedIn).toBe(true);
    expect((await desk.app.status()).pinNeeded).toBe(null);
    expect((await actions()).slice(-3)).toEqual(['engine.lost', 'token.login', 'vault.unlock']);
  });

  it('locks if the token does not come back', async () => {
    const token = path.join(folder, 'token');
    await rename(token, `${token}-away`);
    await expect(comeBack()).rejects.toBeInstanceOf(Failure);
    expect(desk.app.desk.screen()).toMatchObject({
      screen: 'locked',
      lock: { reason: 'engine-lost' },
    });
    await rename(`${token}-away`, token);
    await desk.app.desk.unlock(PIN);
  });

  it('stays locked if it is locked while the token comes back', async () => {
    for (const isGiven of [false, true]) {
      const back = comeBack();
      back.catch(() => undefined);
      await pinNeeded();
      const unlocking = isGiven ? desk.app.desk.unlock(PIN) : Promise.resolve();
      unlocking.catch(() => undefined);
      await desk.app.desk.lock('user');
      await Promise.allSettled([back, unlocking]);
      expect(desk.app.desk.isUnlocked).toBe(false);
      expect(desk.app.desk.open?.session.isLoggedIn).toBe(false);
      await desk.app.desk.unlock(PIN);
    }
  });
});

describe('which vault', () => {
  it('shows why a damaged one does not open, and does not change it', async () => {
    const { app } = desk;
    await app.desk.close();
    expect(existsSync(path.join(folder, 'lock'))).toBe(false);
    await writeFile(path.join(folder, 'keystore.sqlite'), 'nonsense');
    const before = await readFile(path.join(folder, 'ledger.jsonl'));
    expect(await app.desk.openFolder(folder)).toMatchObject({
      screen: 'damaged',
      failure: { code: 'keystore-foreign' },
    });
    expect(await readFile(path.join(folder, 'ledger.jsonl'))).toEqual(before);
    expect(await app.desk.close()).toMatchObject({
      screen: 'first-run',
      recent: [{ path: folder, present: true }],
    });
  });

  it('opens nothing by a path, only by an id that it gave out', async () => {
    const { app } = desk;
    await app.desk.close();
    expect(() => app.desk.folderOf(folder)).toThrow(fails('invalid-request'));
    const [recent] = app.desk.recent();
    expect(app.desk.folderOf(recent?.id ?? '')).toBe(folder);
  });
});

it('says what needs attention: refused PINs and settings weaker than the defaults', async () => {
  const { app } = desk;
  await app.desk.lock('user');
  await expect(app.desk.unlock('000000')).rejects.toEqual(fails('pin-incorrect'));
  await app.desk.unlock(PIN);
  const before = app.settings.values.autoLockMinutes;
  await app.changeSettings({ autoLockMinutes: 60 });
  const { attention } = await overview();
  expect(attention).toContainEqual({
    kind: 'setting-weak',
    setting: 'autoLockMinutes',
    minutes: 60,
  });
  expect(attention.find(({ kind }) => kind === 'pins-refused')).toBeDefined();
  await app.changeSettings({ autoLockMinutes: before });
  expect((await overview()).attention.some(({ kind }) => kind === 'setting-weak')).toBe(false);
});

describe('a vault that differs from its last signed state', () => {
  const knownBy = (place: string): unknown => expect.stringContaining(`checkpoint ${place}`);

  /** Two records are missing from the folder; the token and this computer know it. */
  const rollBack = async (): Promise<{ newest: string }> => {
    const { app } = desk;
    await app.desk.close();
    const older = await copyOf();
    await app.desk.openFolder(folder);
    await app.desk.unlock(PIN);
    await app.desk.close();
    const newest = await copyOf();
    await putBack(older);
    await app.desk.openFolder(folder);
    return { newest };
  };

  it('opens for viewing, without an engine, and writes nothing after the finding', async () => {
    const { app } = desk;
    await rollBack();
    const before = (await actions()).length;
    expect((await app.desk.unlock(PIN)).kind).toBe('read-only');
    const { rollback } = openScreen();
    expect(rollback).toMatchObject({
      findings: [{ kind: 'rollback', problem: knownBy('in the token') }],
      held: { size: before },
      missing: { first: before + 1, last: before + 2 },
      confirmed: before,
      nextEpoch: 2,
    });
    expect(app.desk.unlocked.session.isLoggedIn).toBe(false);
    expect(app.desk.restriction).toEqual(fails('rolled-back'));
    await expect(app.changeSettings({ autoLockMinutes: 60 })).rejects.toEqual(fails('rolled-back'));
    await expect(
      app.desk.record({ action: 'key.create', subject: {}, outcome: 'ok', details: {} }),
    ).rejects.toEqual(fails('rolled-back'));
    const wanted = { filter: {}, upTo: null, offset: 0, limit: 1 };
    expect((await app.audit.query(app.desk.unlocked, wanted)).rows[0]).toMatchObject({
      action: 'vault.rollback',
    });
    await app.desk.lock('user');
    expect((await app.desk.unlock(PIN)).kind).toBe('read-only');
    expect(await actions()).toHaveLength(before + 1);
    expect((await actions()).at(-1)).toBe('vault.rollback');
  });

  it('finds an edited ledger by the checkpoints in token and folder', async () => {
    const { app } = desk;
    await app.desk.close();
    const file = path.join(folder, 'ledger.jsonl');
    for (const name of ['ledger.hashes', 'ledger.resume'])
      await rm(path.join(folder, name), { force: true });
    await writeFile(file, (await readFile(file, 'utf8')).replace('desk-4', 'desk-5'));
    await app.desk.openFolder(folder);
    await app.desk.unlock(PIN);
    expect(openScreen().rollback).toMatchObject({
      findings: [
        { kind: 'edited', problem: knownBy('in the token') },
        { kind: 'edited', problem: knownBy('in the folder') },
      ],
      missing: null,
      confirmed: 0,
    });
  });

  it('finds a checkpoint that is missing in both places', async () => {
    const { app } = desk;
    await app.desk.lock('user');
    await app.desk.unlock(PIN);
    await app.desk.close();
    for (const name of ['checkpoint', 'checkpoints.jsonl'])
      await rm(path.join(folder, name), { force: true });
    await app.desk.openFolder(folder);
    expect((await app.desk.unlock(PIN)).kind).toBe('open');
    // The anchor in the token still fits: told, and no reason to stop.
    expect(openScreen().rollback).toBe(null);
    const { attention } = await overview();
    expect(attention).toContainEqual({ kind: 'finding', finding: 'checkpoint-missing' });
  });

  it('ignores a wrong PIN, and starts a new epoch with the right one', async () => {
    const { app } = desk;
    await rollBack();
    await app.desk.unlock(PIN);
    const signed = openScreen().rollback?.signed;
    await expect(app.desk.accept('000000', 'Restored.')).rejects.toEqual(fails('pin-incorrect'));
    expect(openScreen().rollback).not.toBe(null);
    expect(await app.desk.accept(PIN, 'Restored.')).toBe(2);
    expect(openScreen().rollback).toBe(null);
    expect(app.desk.unlocked.session.isLoggedIn).toBe(true);
    expect((await records())[0]).toMatchObject({
      action: 'vault.epoch',
      details: {
        reason: 'Restored.',
        accepted: { epoch: 1, size: signed?.size, root: signed?.root },
      },
    });
    await expect(app.desk.accept(PIN, 'Again.')).rejects.toEqual(fails('usage'));
    await app.desk.close();
    await app.desk.openFolder(folder);
    await app.desk.unlock(PIN);
    expect(openScreen().rollback).toBe(null);
  });

  it('accepts the restored newest copy without a question', async () => {
    const { app } = desk;
    const { newest } = await rollBack();
    await app.desk.unlock(PIN);
    await app.desk.close();
    await putBack(newest);
    await app.desk.openFolder(folder);
    await app.desk.unlock(PIN);
    expect(openScreen().rollback).toBe(null);
  });
});

const overview = async () => {
  const { app } = desk;
  return overviewOf(
    app.desk.unlocked,
    await app.status(),
    app.work.unfinished(),
    app.settings.values,
  );
};
