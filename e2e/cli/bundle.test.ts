import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeFlags } from '../../main/engine/start.ts';
import { VERSION } from '../../shared/version.ts';
import { builtSources, changedSince } from '../support/fresh-build.ts';

const bundle = path.resolve(import.meta.dirname, '../../out/bundle');
const compiled = readdirSync(bundle).filter((name) => name.endsWith('.v8'));

/** Loaded before a bundle: reports whether V8 accepted the compiled code, and exits. */
const spy = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      process.stdout.write(String(this.cachedDataRejected));
      process.exit();
    }
  };`;

let copy: string;
beforeAll(() => {
  // Beside the bundle, so that node_modules are found.
  copy = mkdtempSync(`${bundle}-`);
  cpSync(bundle, copy, { recursive: true });
  writeFileSync(path.join(copy, 'spy.cjs'), spy);
});
afterAll(() => rmSync(copy, { recursive: true }));

const run = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, { encoding: 'utf8' });
const cliCode = (suffix: string): string => {
  const name = compiled.find((each) => each.startsWith('cli-')) ?? '';
  return path.join(copy, name.replace(/\.v8$/, suffix));
};

describe('the built program', () => {
  it.each(compiled.map((file) => file.replace(/-[0-9a-f]{16}\.js\.v8$/, '')))(
    'starts %s with the code that was compiled at build time',
    (name) => {
      const flags = name.startsWith('engine-') ? runtimeFlags() : [];
      const asked = ['--require', path.join(copy, 'spy.cjs'), path.join(copy, `${name}.cjs`)];
      expect(run([...flags, ...asked])).toBe('false');
    },
  );

  it('starts without that code, and with code that V8 rejects', () => {
    const cli = path.join(copy, 'cli.cjs');
    writeFileSync(cliCode('.v8'), 'damaged');
    expect(run([cli, '--version'])).toBe(`${VERSION}\n`);
    rmSync(cliCode('.v8'));
    expect(run([cli, '--version'])).toBe(`${VERSION}\n`);
  });

  it('names the sources that were changed after it was built', () => {
    const listed = builtSources();
    expect(changedSince(listed)).toEqual([]);
    expect(Object.keys(listed)).toEqual(
      expect.arrayContaining(['main/cli.ts', 'main/index.ts', 'main/engine/worker.ts']),
    );
    const before = { ...listed, 'main/cli.ts': '0', 'main/gone.ts': '0' };
    expect(changedSince(before)).toEqual(['main/cli.ts', 'main/gone.ts']);
  });
});
