// Builds what is needed and opens the app: `npm start`, or `npm start -- FILE…`
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { resolveRuntime } from './runtime.mjs';

const root = path.resolve(import.meta.dirname, '..');

execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
const { executable } = await resolveRuntime();
const isRoot = process.getuid?.() === 0;
if (isRoot) console.error('Running as root: Chromium has no sandbox then (--no-sandbox).');
const switches = isRoot ? ['--no-sandbox'] : [];
const app = spawn(executable, [...switches, root, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'pipe'],
});
/** What Chromium always says where there is no desktop bus or no graphics card. */
const noise = /bus\.cc|viz_main_impl\.cc|gpu_|command_buffer_proxy|^$/;
app.stderr.on('data', (data) => {
  const lines = String(data)
    .split('\n')
    .filter((line) => !noise.test(line));
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
});
app.on('exit', (code) => process.exit(code ?? 1));
