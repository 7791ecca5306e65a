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

type Use<T> = (value: T) => Promise<void>;

const home = async ({}: object, use: Use<string>): Promise<void> => {
  const made = await makeHome();
  await use(made.home);
  await made.remove();
};

const driver = async (
  { home: place }: Pick<AppFixtures, 'home'>,
  use: Use<Driver>,
): Promise<void> => {
  const started = await Driver.start({ home: place });
  await use(started);
  await started.stop();
};

const vault = async (
  { driver: app }: Pick<AppFixtures, 'driver'>,
  use: Use<Driver>,
): Promise<void> => {
  await makeVault(app);
  await use(app);
};

/** Every test has its own app and vault. */
export const test = base.extend<AppFixtures>({ home, driver, vault });

/** The tests of one file share an app and a vault, one after the other. */
export const sharedTest = base.extend<AppFixtures>({
  home: [home, { scope: 'file' }],
  driver: [driver, { scope: 'file' }],
  vault: [vault, { scope: 'file' }],
});

/** Creates an evaluation vault, which is open and unlocked afterwards. */
export const makeVault = async (app: Driver): Promise<string> => {
  const folder = await app.call('setup.folder', null);
  await app.call('setup.connect', { kind: 'evaluation', folder: folder.id, pin: PIN });
  await app.call('setup.finish', { folder: folder.id, lossPlan: null });
  return folder.path;
};

export const makeKey = async (app: Driver, name: string, preset: Preset): Promise<KeyRow> =>
  (await app.call('keys.create', { name, ...presets[preset] })).key;

/** All files below a folder, sorted, with their relative names. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
};
