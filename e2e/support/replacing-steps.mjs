// Loaded into every process of the command line (NODE_OPTIONS=--import). Kills everything with
// SIGKILL at one step of replacing a file, or changes the file there. Every step is
// logged.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** File that the steps are added to. */
const LOG = process.env.CLAVIGER_STEP_LOG;
/** Like "rename before 1". */
const KILL_AT = process.env.CLAVIGER_KILL_AT;
/** The step at which this file is changed. */
const CHANGE_AT = process.env.CLAVIGER_CHANGE_AT;
const CHANGED = process.env.CLAVIGER_CHANGED_FILE;

/** Its workers have a different argument. */
const isEngine = !isMainThread || process.argv[1]?.endsWith('engine-process.cjs') === true;
const times = new Map();

const step = (name) => {
  const time = (times.get(name) ?? 0) + 1;
  times.set(name, time);
  const full = `${name} ${time}`;
  fs.appendFileSync(LOG, `${full}\n`);
  if (full === CHANGE_AT) fs.appendFileSync(CHANGED, 'changed');
  if (full !== KILL_AT) return;
  // The engine's parent first: it would otherwise start another engine and continue the batch.
  if (isEngine) process.kill(process.ppid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
};

const isOurs = (path) => /claviger-[0-9a-f]{32}(-\d+\.part|\.lock)$/.test(String(path));
const pathOf = (fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};

const watchSync = (method, isMeant) => {
  const real = fs[method];
  fs[method] = (...args) => {
    if (!isMeant(...args)) return real(...args);
    step(`${method} before`);
    const result = real(...args);
    step(`${method} after`);
    return result;
  };
};

const watch = (method, isMeant) => {
  const real = promises[method];
  promises[method] = async (...args) => {
    if (!isMeant(...args)) return real(...args);
    step(`${method} before`);
    const result = await real(...args);
    step(`${method} after`);
    return result;
  };
};

const watchRecords = async () => {
  const handle = await promises.open('/proc/self/stat', 'r');
  await handle.close();
  const prototype = Object.getPrototypeOf(handle);
  const { writeFile } = prototype;
  prototype.writeFile = async function (bytes, ...rest) {
    const [, action] = /"action":"((?:batch|file)\.[a-z]+)"/.exec(String(bytes)) ?? [];
    if (action === undefined) return writeFile.call(this, bytes, ...rest);
    step(`record ${action} before`);
    const result = await writeFile.call(this, bytes, ...rest);
    step(`record ${action} after`);
    return result;
  };
};

if (LOG !== undefined) {
  if (isEngine) {
    watchSync('openSync', (path, flags) => isOurs(path) && flags === 'wx+');
    watchSync('writevSync', (fd) => isOurs(pathOf(fd)));
    watchSync('futimesSync', (fd) => isOurs(pathOf(fd)));
    const { fsync } = fs;
    fs.fsync = (fd, done) => {
      if (!isOurs(pathOf(fd))) return fsync(fd, done);
      step('fsync before');
      fsync(fd, (error) => {
        step('fsync after');
        done(error);
      });
    };
  } else {
    watch('symlink', (_target, path) => isOurs(path));
    watch('rename', (from) => isOurs(from));
    watch('unlink', (path) => isOurs(path));
    await watchRecords();
  }
  syncBuiltinESMExports();
}
