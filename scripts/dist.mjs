// Packages the app for this system into dist/ and reads the fuses back. If no format is named,
// like tar.gz in `node scripts/dist.mjs tar.gz`, it makes only the folder. Build the app first.
import { execFileSync } from 'node:child_process';
import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { resolveRuntime } from './runtime.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** @param formats like tar.gz or deb; none: only the folder */
const targetOf = (formats) => ({
  targets: Platform.current().createTarget(formats.length === 0 ? 'dir' : formats),
});

/** What electron-builder.yml asks for, as electron-fuses names it. */
const expected = {
  RunAsNode: 'Disabled',
  EnableCookieEncryption: 'Enabled',
  EnableNodeOptionsEnvironmentVariable: 'Disabled',
  EnableNodeCliInspectArguments: 'Disabled',
  EnableEmbeddedAsarIntegrityValidation: 'Enabled',
  OnlyLoadAppFromAsar: 'Enabled',
  LoadBrowserProcessSpecificV8Snapshot: 'Disabled',
  GrantFileProtocolExtraPrivileges: 'Disabled',
};

/** Without the third-party runtime, which is for running from source, and without npm's own file. */
const cleanRuntime = async (folder) => {
  const clean = path.join(root, '.runtime/to-package');
  const left = [path.join(folder, 'resources/app'), path.join(folder, 'package.json')];
  await rm(clean, { recursive: true, force: true });
  await cp(folder, clean, { recursive: true, filter: (file) => !left.includes(file) });
  return clean;
};

const readFuses = (executable) => {
  const text = execFileSync('npx', ['--no', 'electron-fuses', 'read', '--app', executable], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const [fuse, state] of Object.entries(expected)) {
    if (!new RegExp(`${fuse} is ${state}`).test(text)) {
      throw new Error(`the fuse ${fuse} is not ${state}:\n${text}`);
    }
  }
  console.error(
    `Fuses of ${path.relative(root, executable)}: all ${Object.keys(expected).length} are set as configured.`,
  );
};

/** Code for development only must not be in a package. */
const refuseDevelopment = async (archive) => {
  const bytes = await readFile(archive);
  // An asar archive starts with the length of a JSON that names its files.
  const { files } = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)));
  const scripts = Object.keys(files.out.files.bundle.files);
  if (!scripts.includes('index.cjs') || scripts.some((name) => name.includes('development')))
    throw new Error('the package contains code for development only');
};

const { folder, official } = await resolveRuntime();
const electronDist = official ? folder : await cleanRuntime(folder);
const version = (await readFile(path.join(electronDist, 'version'), 'utf8'))
  .trim()
  .replace(/^v/, '');
await build({
  projectDir: root,
  ...targetOf(process.argv.slice(2)),
  config: {
    electronDist,
    electronVersion: version,
    extraMetadata: { runtime: official ? 'official' : 'third-party' },
  },
});
if (process.platform === 'linux') {
  readFuses(path.join(root, 'dist/linux-unpacked/claviger'));
  await refuseDevelopment(path.join(root, 'dist/linux-unpacked/resources/app.asar'));
}
