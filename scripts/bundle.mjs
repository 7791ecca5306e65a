// Bundles each process and thread of the program into one file in out/bundle, and stores beside it the code
// that V8 compiles from it, so that a start neither looks for modules nor compiles what runs first.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { runtimeFlags } from '../out/main/engine/start.js';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'out/bundle');
/** Not bundled but loaded from node_modules: native code, large CommonJS packages, and Electron. */
const external = ['electron', 'pdfkit', 'pkcs11js', 'sql.js'];
/** Packages leave it out (electron-builder.yml), so it stays a separate file. */
const development = path.join(root, 'main/desktop/shell/development.ts');

const nameOf = (source) =>
  path.relative(path.join(root, 'main'), source).replace(/\.ts$/, '').replaceAll(path.sep, '-');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A module that starts a process or thread names its script by a URL relative to itself. */
const scriptAddress = /new URL\('(\.[\w./-]+)\.js', import\.meta\.url\)/g;

/** Finds the other scripts that a bundle starts, and replaces their names by those of their bundles. */
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
/** Electron runs these, and its V8 does not accept code that Node.js has compiled. */
const inElectron = [app, development];

/** Stores compiled code beside the source, made with the flags that the script will run with. */
const writeCompiled = (name, code) => {
  // As Node.js wraps CommonJS modules.
  const text = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
  // Named by its content, so that compiled code is never used with the source of another build.
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
