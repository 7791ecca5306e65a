import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test as base } from 'vitest';
import type { KeyRow } from '../../../shared/contract/keys.ts';
import { type Preset, presets } from '../../../shared/keys.ts';
import { Driver, makeHome, PIN } from './driver.ts';

export interface AppFixtures {
  /** An empty folder for everything of this test. */
  home: string;
  /** The app at its first start. */
  driver: Driver;
  /** The app with an evaluation vault, unlocked. */
  vault: Driver;
}

export const test = base.extend<AppFixtures>({
  home: async ({}, use) => {
    const { home, remove } = await makeHome();
    await use(home);
    await remove();
  },
  driver: async ({ home }, use) => {
    const driver = await Driver.start({ home });
    await use(driver);
    await driver.stop();
  },
  vault: async ({ driver }, use) => {
    await makeVault(driver);
    await use(driver);
  },
});

/** Makes an evaluation vault; it is open and unlocked afterwards. */
export const makeVault = async (driver: Driver): Promise<string> => {
  const folder = await driver.call('setup.folder', null);
  await driver.call('setup.connect', { kind: 'evaluation', folder: folder.id, pin: PIN });
  await driver.call('setup.finish', { folder: folder.id, lossPlan: null });
  return folder.path;
};

export const makeKey = async (driver: Driver, name: string, preset: Preset): Promise<KeyRow> =>
  (await driver.call('keys.create', { name, ...presets[preset] })).key;

/** All files below a folder, sorted, with their relative names. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
};
