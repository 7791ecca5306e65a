// Runs the tour of the README: every line of its code blocks of language "console" that begins with
// "$ ", in a fresh folder, in one shell. What they print must be what the README shows, apart from
// numbers, IDs, times and names of users and computers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, block]) => block);
const shown = blocks.flatMap((block) => block.trimEnd().split('\n'));
const commands = shown.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
if (commands.length === 0) throw new Error('the README has no tour');

const home = mkdtempSync(path.join(tmpdir(), 'claviger-tour-'));
const folder = path.join(home, 'work');
mkdirSync(folder);
const cli = path.join(root, 'out', 'bundle', 'cli.cjs');
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const script = [
  'set -eu',
  'exec 2>&1',
  `claviger() { ${quoted(process.execPath)} ${quoted(cli)} "$@"; }`,
  ...commands.map((command) => `printf '$ %s\\n' ${quoted(command)}\n${command}`),
].join('\n');
const { status, stdout } = spawnSync('bash', ['-c', script], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  env: {
    ...process.env,
    CLAVIGER_VAULT: '',
    CLAVIGER_PIN: '',
    CLAVIGER_STATE: path.join(home, 'state'),
  },
});
console.log(stdout);

/** Without what differs in every run. */
const lasting = (line) =>
  line
    .replaceAll(`${folder}/`, '…/')
    .replace(/\S+@\S+/g, 'who')
    .replace(/\b[0-9a-f]{6,}\b/g, 'hex')
    .replace(/\d[\d,.]*( [kMGT]B free)?/g, '0')
    .replace(/\s+/g, ' ')
    .trim();
const printed = stdout.trimEnd().split('\n');
const other = printed.findIndex((line, at) => lasting(line) !== lasting(shown[at] ?? ''));
const isAsShown = other === -1 && printed.length === shown.length;
if (!isAsShown)
  console.log(
    `The README shows something different: “${shown[other === -1 ? printed.length : other] ?? ''}”.`,
  );
rmSync(home, { recursive: true, force: true });
const isComplete = status === 0 && isAsShown;
console.log(isComplete ? 'The tour is complete.' : 'The tour has failed.');
process.exitCode = isComplete ? 0 : (status ?? 0) || 1;
