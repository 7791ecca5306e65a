import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecentVaults } from './vault/recent-vaults.ts';
import { SettingsStore } from './settings/settings-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-stores-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('settings', () => {
  const file = (): string => path.join(folder, 'settings.json');

  it('starts with safe values and keeps changes', async () => {
    const store = await SettingsStore.open(file());
    expect(store.values).toMatchObject({ autoLockMinutes: 10, lockWithSystem: true });
    await store.change({ autoLockMinutes: 5, theme: 'dark' });
    await store.change({ outputFolder: '/srv/out' });
    const again = await SettingsStore.open(file());
    expect(again.values).toMatchObject({
      ...{ autoLockMinutes: 5, theme: 'dark', outputFolder: '/srv/out', lockWithSystem: true },
    });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  it.each<[string, string]>([
    ['is no JSON', '{'],
    ['is empty', ''],
    ['never locks', '{"autoLockMinutes":0}'],
    ['holds what is no setting', '{"debug":true}'],
  ])('ignores a file that %s', async (_what, text) => {
    await writeFile(file(), text);
    expect((await SettingsStore.open(file())).values.autoLockMinutes).toBe(10);
  });

  it('keeps the old values if the new ones cannot be written', async () => {
    const store = await SettingsStore.open(path.join(folder, 'file/settings.json'));
    await writeFile(path.join(folder, 'file'), '');
    await expect(store.change({ autoLockMinutes: 60 })).rejects.toMatchObject({
      name: 'Failure',
      unharmed: 'They have not changed.',
    });
    expect(store.values.autoLockMinutes).toBe(10);
  });
});

describe('recent vaults', () => {
  const open = (): Promise<RecentVaults> => RecentVaults.open(path.join(folder, 'vaults.json'));

  it('lists the newest first, each once, and says which are there', async () => {
    const there = path.join(folder, 'there');
    await mkdir(there);
    await writeFile(path.join(there, 'ledger.jsonl'), '');
    const recent = await open();
    await recent.add(there);
    await recent.add('/gone');
    await recent.add(there);
    const listed = (await open()).list();
    expect(listed.map(({ path: place, present }) => [place, present])).toEqual([
      [there, true],
      ['/gone', false],
    ]);
    await recent.remove('/gone');
    expect((await open()).list()).toHaveLength(1);
  });

  it('works if its file cannot be written, except for removing a vault', async () => {
    const recent = await RecentVaults.open(path.join(folder, 'file/vaults.json'));
    await writeFile(path.join(folder, 'file'), '');
    await recent.add('/vault');
    expect(recent.list()).toHaveLength(1);
    await expect(recent.remove('/vault')).rejects.toMatchObject({ name: 'Failure' });
    expect(recent.list()).toHaveLength(1);
  });

  it('rejects a file with a time that does not exist', async () => {
    const vaults = [{ path: '/vault', opened: '2026-02-30T03:00:00.000Z' }];
    await writeFile(path.join(folder, 'vaults.json'), JSON.stringify({ vaults }));
    expect((await open()).list()).toEqual([]);
  });

  it('forgets the oldest beyond ten', async () => {
    const recent = await open();
    for (let n = 1; n <= 12; n++) await recent.add(`/vault ${n}`);
    const places = recent.list().map(({ path: place }) => place);
    expect(places).toHaveLength(10);
    expect(places).not.toContain('/vault 2');
    expect(JSON.parse(await readFile(path.join(folder, 'vaults.json'), 'utf8'))).toMatchObject({
      vaults: [{ path: '/vault 12' }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
    });
  });
});
