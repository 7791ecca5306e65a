// Run by scripts/bundle.mjs with the flags that the script will run with: V8 accepts compiled code only
// if they are the same.
const { readFileSync, writeFileSync } = require('node:fs');
const { constants, Script } = require('node:vm');

const [, , file] = process.argv;
const script = new Script(readFileSync(file, 'utf8'), {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
writeFileSync(`${file}.v8`, script.createCachedData());
