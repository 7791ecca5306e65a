// Builds what is needed and starts the app: `npm start`, or `npm start -- FILE…`
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { resolveRuntime } from './runtime.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { DISPLAY, WAYLAND_DISPLAY } = process.env;

if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) {
  console.error(
    'There is no display to open a window on. Run this in a desktop session; or, to try',
  );
  console.error('it without one, install the package xvfb and run: xvfb-run -a npm start');
  process.exit(1);
}

execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
const { executable, folder, official } = await resolveRuntime();
const isRoot = process.getuid?.() === 0;
if (isRoot) console.error('Running as root: Chromium has no sandbox then (--no-sandbox).');
const switches = isRoot ? ['--no-sandbox'] : [];
const app = spawn(executable, [...switches, root, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'pipe'],
  env: { ...process.env, CLAVIGER_RUNTIME: official ? 'official' : 'stand-in' },
});

/** Messages that Chromium always prints without a desktop bus or a graphics card. */
const noise = /bus\.cc|object_proxy\.cc|viz_main_impl\.cc|gpu_|command_buffer_proxy|^$/;
const helper = path.join(folder, 'chrome-sandbox');
/** What Chromium prints, and what to do about it. */
const hints = [
  [
    /error while loading shared libraries/,
    'A library of the system is missing: install the packages that the README names under "Start".',
  ],
  [
    /No usable sandbox|SUID sandbox helper/,
    'This system gives Chromium no user namespaces, so its sandbox needs its helper, once:\n' +
      `  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
  ],
];
app.stderr.on('data', (data) => {
  const text = String(data);
  const lines = text.split('\n').filter((line) => !noise.test(line));
  for (const [said, hint] of hints) if (said.test(text)) lines.push(hint);
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
});
// The app shuts down properly; this waits for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => app.kill(signal));
app.on('exit', (code) => process.exit(code ?? 1));
