// The official Electron, as the electron package's own installer gets it: the archive is fetched
// and checked against the checksums that are pinned in that package, then its install.js unpacks
// it. This file adds only a time limit, progress, and a note of what was checked.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** A network that is silent for this long will not deliver 120 MB in time. */
const PATIENCE_MS = 20_000;

/**
 * @param {{ root: string, say: (line: string) => void, mayFetch: boolean, patienceMs?: number }} options
 * @returns {Promise<{ runtime: object, why: null } | { runtime: null, why: string }>} why there is none
 */
export const officialRuntime = async ({ root, say, mayFetch, patienceMs = PATIENCE_MS }) => {
  const electron = electronPackage(root);
  if (!(await isVerified(electron))) {
    const why = await install(electron, { say, mayFetch, patienceMs });
    if (why !== null) return { runtime: null, why };
  }
  const { executable, dist } = electron;
  return { runtime: { executable, folder: dist, official: true }, why: null };
};

/** What the electron package says about itself, and where its installer puts files. */
const electronPackage = (root) => {
  const folder = path.join(root, 'node_modules/electron');
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const { version } = read('package.json');
  const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const dist = path.join(folder, 'dist');
  return {
    ...{ folder, version, archive, dist },
    checksums: read('checksums.json'),
    executable: executableIn(dist),
    verified: path.join(root, '.runtime/official.json'),
  };
};

/** The program in an unpacked Electron. */
export const executableIn = (folder) => {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  return path.join(folder, names[process.platform] ?? 'electron');
};

/** Only what was unpacked here from an archive with the pinned checksum counts, not its version. */
const isVerified = async ({ verified, archive, checksums, executable }) => {
  if (!existsSync(verified) || !existsSync(executable)) return false;
  const known = JSON.parse(readFileSync(verified, 'utf8'));
  return known.archive === checksums[archive] && known.executable === (await sha256(executable));
};

/** @returns null where it is installed and verified, otherwise why not */
const install = async (electron, { say, mayFetch, patienceMs }) => {
  const { version, archive, checksums, dist, folder, executable, verified } = electron;
  if (checksums[archive] === undefined) return `there is none for this system (${archive})`;
  if (!mayFetch) return 'it is not there, and is not fetched now';
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return 'ELECTRON_SKIP_BINARY_DOWNLOAD forbids it';
  try {
    say(`Runtime: fetching the official Electron ${version} …`);
    await fetchArchive(electron, say, patienceMs);
    // The installer does not replace an existing copy, whoever put it there.
    await rm(dist, { recursive: true, force: true });
    await rm(path.join(folder, 'path.txt'), { force: true });
    await promisify(execFile)(process.execPath, [path.join(folder, 'install.js')], {
      env: installerEnvironment(),
    });
    const known = { archive: checksums[archive], executable: await sha256(executable) };
    await mkdir(path.dirname(verified), { recursive: true });
    await writeFile(verified, JSON.stringify(known));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
};

/** Into the installer's own cache, where install.js finds it and checks it again. */
const fetchArchive = async ({ folder, version, checksums }, say, patienceMs) => {
  useProxy();
  const require = createRequire(path.join(folder, 'package.json'));
  const { downloadArtifact } = await import(pathToFileURL(require.resolve('@electron/get')).href);
  const silence = new Silence(patienceMs);
  const progress = progressIn(say);
  try {
    await downloadArtifact({
      ...{ version, checksums, artifactName: 'electron' },
      ...{ platform: process.platform, arch: process.arch },
      force: process.env.force_no_cache === 'true',
      cacheRoot: process.env.electron_config_cache,
      downloadOptions: {
        quiet: true,
        signal: silence.signal,
        getProgressCallback: (now) => {
          silence.broken();
          progress(now);
        },
      },
    });
  } finally {
    silence.end();
  }
};

/** @electron/get uses a proxy only if told to, and reads it only from these variables. */
const useProxy = () => {
  const { env } = process;
  env.HTTPS_PROXY ??= env.https_proxy ?? env.npm_config_https_proxy ?? env.npm_config_proxy ?? '';
  env.HTTP_PROXY ??= env.http_proxy ?? env.npm_config_proxy ?? '';
  env.NO_PROXY ??= env.no_proxy ?? env.npm_config_noproxy ?? '';
  if (env.HTTPS_PROXY || env.HTTP_PROXY) env.ELECTRON_GET_USE_PROXY ??= 'true';
};

/** Aborts a download that has been silent for too long. */
class Silence {
  #controller = new AbortController();
  #timer;
  #patienceMs;

  constructor(patienceMs) {
    this.#patienceMs = patienceMs;
    this.broken();
  }

  get signal() {
    return this.#controller.signal;
  }

  broken() {
    clearTimeout(this.#timer);
    const late = new Error(`no answer for ${this.#patienceMs / 1000} s`);
    this.#timer = setTimeout(() => this.#controller.abort(late), this.#patienceMs);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

const STEPS = 10;
const MEGABYTE = 1_000_000;

/** A line for every 10 %. */
const progressIn = (say) => {
  let told = 0;
  return ({ percent, total }) => {
    const step = Math.floor(percent * STEPS);
    if (step <= told || total === null) return;
    told = step;
    say(`Runtime: ${step * (100 / STEPS)} % of ${Math.ceil(total / MEGABYTE)} MB`);
  };
};

/** Nothing may make install.js use another archive or other checksums than were fetched here. */
const installerEnvironment = () => {
  const others =
    /^(ELECTRON_INSTALL_|ELECTRON_OVERRIDE_DIST_PATH$|force_no_cache$|npm_config_(platform|arch)$|(npm_config_)?electron_use_remote_checksums$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name)));
};

/** The most useful message of an error: fetch puts it into the cause. */
const reasonOf = (error) => {
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(({ message }) => message).join('; ');
  return cause instanceof Error ? cause.message : error.message;
};

const sha256 = async (file) => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
};
