import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { constants, Script } from 'node:vm';

type Wrapped = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  filename: string,
  dirname: string,
) => void;

/**
 * Runs a bundle (scripts/bundle.mjs) with the code that V8 made of it at the build. V8 itself
 * refuses code of another version or with other flags, and compiles the source instead.
 * @param file the bundle's absolute path
 */
export const runBundle = (file: string): void => {
  const script = new Script(readFileSync(file, 'utf8'), {
    filename: file,
    cachedData: compiledCode(file),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const run = script.runInThisContext() as Wrapped;
  const module = { exports: {} };
  run(module.exports, createRequire(file), module, file, path.dirname(file));
};

const compiledCode = (file: string): Buffer | undefined => {
  try {
    return readFileSync(`${file}.v8`);
  } catch {
    return undefined;
  }
};
