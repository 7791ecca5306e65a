// Runs the tour of the README, so that what it shows is what happens: every line of its code
// blocks of language "console" that begins with "$ " is run in a fresh folder, in one shell.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, block]) => block);
const commands = blocks
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('$ '))
  .map((line) => line.slice(2));
if (commands.length === 0) throw new Error('the README has no tour');

const home = mkdtempSync(path.join(tmpdir(), 'claviger-tour-'));
const folder = path.join(home, 'work');
mkdirSync(folder);
const cli = path.join(root, 'out', 'main', 'cli.js');
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const script = [
  'set -eu',
  `claviger() { ${quoted(process.execPath)} ${quoted(cli)} "$@"; }`,
  ...commands.map((command) => `printf '\\n$ %s\\n' ${quoted(command)}\n${command}`),
].join('\n');
const { status } = spawnSync('bash', ['-c', script], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    CLAVIGER_VAULT: '',
    CLAVIGER_PIN: '',
    CLAVIGER_STATE: path.join(home, 'state'),
  },
});
rmSync(home, { recursive: true, force: true });
console.log(status === 0 ? '\nThe tour is complete.' : '\nThe tour has failed.');
process.exitCode = status ?? 1;
