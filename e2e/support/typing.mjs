// Runs a command at a terminal, as script(1) makes one, and types an answer whenever it asks:
// node typing.mjs COUNT ANSWER… COMMAND…
import { spawn } from 'node:child_process';

const count = Number(process.argv[2]);
const answers = process.argv.slice(3, 3 + count);
const command = process.argv.slice(3 + count).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
const child = spawn('script', ['-qec', command.join(' '), '/dev/null'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
// A question may be surrounded by cursor control sequences.
const cursor = /\u001b\[[0-9;]*[A-Za-z]/g;
let shown = '';
child.stdout.on('data', (piece) => {
  process.stdout.write(piece);
  shown += String(piece);
  if (!shown.replace(cursor, '').endsWith(': ') || answers.length === 0) return;
  shown = '';
  child.stdin.write(`${answers.shift()}\n`);
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
