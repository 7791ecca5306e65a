// Packages the app for this system into dist/ and reads the fuses back. Without names of formats
// (`node scripts/dist.mjs tar.gz`) it makes the folder alone. The app must be built before.
import { execFileSync } from 'node:child_process';
import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { resolveRuntime } from './runtime.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** @param formats like tar.gz or deb; none: just the folder */
const targetOf = (formats) => ({
  targets: Platform.current().createTarget(formats.length === 0 ? 'dir' : formats),
});

/** What electron-builder.yml asks for, in the words of electron-fuses. */
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

/** Without the stand-in, which is for running from the sources, and without npm's own file. */
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
    `Fuses of ${path.relative(root, executable)}: all ${Object.keys(expected).length} as asked.`,
  );
};

/** What only the sources may be asked for is not even there. */
const refuseDevelopment = async (archive) => {
  const bytes = await readFile(archive);
  // The names in an asar archive: JSON, its length before it.
  const { files } = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)));
  const scripts = Object.keys(files.out.files.bundle.files);
  if (!scripts.includes('index.cjs') || scripts.some((name) => name.includes('development')))
    throw new Error('the package holds what is for development only');
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
