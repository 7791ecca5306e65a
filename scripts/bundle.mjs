// Makes one file of each process and thread of the program, in out/bundle, and beside it the code
// that V8 compiles of it: a start then neither looks for modules nor compiles what it runs first.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { runtimeFlags } from '../out/main/engine/start.js';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'out/bundle');
/** What is loaded from node_modules: native code, CommonJS of large packages, and Electron. */
const external = ['electron', 'pdfkit', 'pkcs11js', 'sql.js'];
/** Packages leave it out (electron-builder.yml), so it stays a file of its own. */
const development = path.join(root, 'main/desktop/shell/development.ts');

const nameOf = (source) =>
  path.relative(path.join(root, 'main'), source).replace(/\.ts$/, '').replaceAll(path.sep, '-');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Scripts of processes and threads are named by their address beside the module that starts them. */
const scriptAddress = /new URL\('(\.[\w./-]+)\.js', import\.meta\.url\)/g;

/** Tells which other scripts a bundle starts, and names them as they are named here. */
const findScripts = (found) => ({
  name: 'scripts',
  resolveId: (id, importer) => {
    if (importer === undefined || path.resolve(path.dirname(importer), id) !== development)
      return null;
    found.add(development);
    return { id: `./${nameOf(development)}.cjs`, external: true };
  },
  transform: (code, id) =>
    code.replace(scriptAddress, (_, address) => {
      const script = path.resolve(path.dirname(id), `${address}.ts`);
      found.add(script);
      return `new URL('./${nameOf(script)}.cjs', import.meta.url)`;
    }),
});

const sources = new Map();

/** @returns the code of one script in one file, and the scripts that it starts */
const bundle = async (source) => {
  const scripts = new Set();
  const build = await rolldown({
    input: source,
    platform: 'node',
    // As Node.js resolves: "module" is for bundlers of pages.
    resolve: { mainFields: ['main'] },
    external,
    plugins: [findScripts(scripts)],
  });
  const { output } = await build.generate({ format: 'cjs', codeSplitting: false });
  await build.close();
  const [{ code, moduleIds }] = output;
  for (const id of moduleIds) {
    if (path.isAbsolute(id)) sources.set(path.relative(root, id), sha256(readFileSync(id)));
  }
  return { code: code.replace(/^#!.*\n/, ''), scripts };
};

const write = (name, text) => writeFileSync(path.join(folder, name), text);
const cli = path.join(root, 'main/cli.ts');
const app = path.join(root, 'main/index.ts');
/** Electron runs these, and its V8 takes no code from the one of Node.js. */
const inElectron = [app, development];

/** Beside the source goes what V8 compiled of it, with the flags that it will run with. */
const writeCompiled = (name, code) => {
  // As Node.js wraps CommonJS modules.
  const text = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
  // Named by its content: compiled code never meets the source of another build.
  const file = `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.js`;
  write(file, text);
  write(
    `${name}.cjs`,
    `#!/usr/bin/env node\nrequire('./run-bundle.cjs').runBundle(require('node:path').join(__dirname, '${file}'));\n`,
  );
  const flags = name.startsWith('engine-') ? runtimeFlags() : [];
  const compiler = path.join(root, 'scripts/compile-bundle.cjs');
  execFileSync(process.execPath, [...flags, compiler, path.join(folder, file)]);
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
write('run-bundle.cjs', (await bundle(path.join(root, 'main/run-bundle.ts'))).code);

const waiting = [cli, app];
const done = new Set();
for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
  if (done.has(source)) continue;
  done.add(source);
  const { code, scripts } = await bundle(source);
  waiting.push(...scripts);
  if (inElectron.includes(source)) write(`${nameOf(source)}.cjs`, code);
  else writeCompiled(nameOf(source), code);
}
chmodSync(path.join(folder, 'cli.cjs'), 0o755);
// For the tests, which refuse to run on a build that is older than the sources.
write('sources.json', `${JSON.stringify(Object.fromEntries([...sources].sort()), null, 1)}\n`);
