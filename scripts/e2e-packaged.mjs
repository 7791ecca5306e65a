// Runs the tests of the app on the package in dist/, in a copy of which one fuse is changed: the
// tests control the app through Node's inspector, which the package itself does not open.
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const copy = await mkdtemp(path.join(tmpdir(), 'claviger-package-'));
const executable = path.join(copy, 'claviger');
try {
  await cp(path.join(root, 'dist/linux-unpacked'), copy, { recursive: true });
  // One test starts it as a different user.
  await chmod(copy, 0o755);
  const fuse = ['electron-fuses', 'write', '--app', executable];
  execFileSync('npx', ['--no', ...fuse, 'EnableNodeCliInspectArguments=on'], { cwd: root });
  const tests = ['vitest', 'run', '--project', 'app', ...process.argv.slice(2)];
  execFileSync('npx', ['--no', ...tests], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CLAVIGER_E2E_EXECUTABLE: executable,
      CLAVIGER_E2E_PACKAGED: '1',
    },
  });
} finally {
  await rm(copy, { recursive: true, force: true });
}
