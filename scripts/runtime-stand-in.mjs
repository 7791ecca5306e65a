// Replaces Electron's default app: runs the app whose folder is on the command line.
// It must be an ES module with a top-level await, which delays Electron's 'ready' event until the
// app's own main module has been evaluated.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const readArguments = (args) => {
  const preloads = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-r' || args[i] === '--require') preloads.push(args[++i]);
    else if (!args[i].startsWith('-')) return { preloads, folder: path.resolve(args[i]) };
  }
  return { preloads, folder: null };
};

const [, ...args] = process.argv;
if (args.includes('-v') || args.includes('--version')) {
  process.stdout.write(`v${process.versions.electron}\n`);
  process.exit();
}
const { preloads, folder } = readArguments(args);
if (folder === null) {
  process.stderr.write('Which app? Name its folder.\n');
  process.exit(2);
}
const require = createRequire(import.meta.url);
for (const preload of preloads) require(path.resolve(preload));
const about = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
app.setName(about.productName ?? about.name);
app.setVersion(about.version);
app.setAppPath(folder);
await import(pathToFileURL(path.join(folder, about.main)).href);
