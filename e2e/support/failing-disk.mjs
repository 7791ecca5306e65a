// Loaded into every process of the command line (NODE_OPTIONS=--import). The disk fails at one
// moment, named by CLAVIGER_DISK_FAULT, as if it reported an error or lost power.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const FAULT = process.env.CLAVIGER_DISK_FAULT;

const failed = (code, syscall) =>
  Object.assign(new Error(`${code}: from the test, ${syscall}`), { code, syscall });

const pathOf = (fd) => fs.readlinkSync(`/proc/self/fd/${fd}`);

/** The prototype of open files, which node:fs/promises does not export. */
const fileHandles = async () => {
  const handle = await promises.open('/proc/self/stat', 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
};

/** The data reaches the disk, but an error is reported. */
const failSyncOf = async (action) => {
  const prototype = await fileHandles();
  const { writeFile, sync } = prototype;
  const written = new WeakSet();
  prototype.writeFile = function (bytes, ...rest) {
    if (String(bytes).includes(`"action":"${action}"`)) written.add(this);
    return writeFile.call(this, bytes, ...rest);
  };
  prototype.sync = async function () {
    await sync.call(this);
    if (written.has(this)) throw failed('EIO', 'fsync');
  };
};

/** Power is lost before a record of this action is written. */
const endBefore = async (action) => {
  const prototype = await fileHandles();
  const { writeFile } = prototype;
  prototype.writeFile = function (bytes, ...rest) {
    if (String(bytes).includes(`"action":"${action}"`)) process.kill(process.pid, 'SIGKILL');
    return writeFile.call(this, bytes, ...rest);
  };
};

/** Somebody writes to a file while the record of its deletion is being written. */
const changeBefore = async (action, change) => {
  const prototype = await fileHandles();
  const { writeFile } = prototype;
  prototype.writeFile = function (bytes, ...rest) {
    if (String(bytes).includes(`"action":"${action}"`)) change(process.env.CLAVIGER_CHANGED_FILE);
    return writeFile.call(this, bytes, ...rest);
  };
};

/** Length and time stay the same. */
const changeAlike = (file) => {
  const { size, atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, 'b'.repeat(size));
  fs.utimesSync(file, atime, mtime);
};

/** Somebody replaces a folder by a link while a record of this action is being written. */
const exchangeBefore = async (action, folder, target) => {
  const prototype = await fileHandles();
  const { writeFile } = prototype;
  let isDone = false;
  prototype.writeFile = function (bytes, ...rest) {
    if (!isDone && String(bytes).includes(`"action":"${action}"`)) {
      fs.renameSync(folder, `${folder}-gone`);
      fs.symlinkSync(target, folder);
      isDone = true;
    }
    return writeFile.call(this, bytes, ...rest);
  };
};

/** Power is lost just before a partial file gets the name that was claimed for it. */
const endAfterClaim = () => {
  const { rename } = promises;
  promises.rename = (from, to) => {
    if (from.endsWith('.part')) process.kill(process.pid, 'SIGKILL');
    return rename(from, to);
  };
};

/** No partial file gets its name. */
const failPublishing = () => {
  const { rename } = promises;
  promises.rename = (from, to) =>
    from.endsWith('.part') ? Promise.reject(failed('EIO', 'rename')) : rename(from, to);
};

/** Every fsync(2) of a file or folder that `isMeant` fails. */
const failFsync = async (isMeant, code = 'EIO') => {
  const { fsync } = fs;
  fs.fsync = (fd, done) =>
    isMeant(pathOf(fd)) ? process.nextTick(done, failed(code, 'fsync')) : fsync(fd, done);
  const prototype = await fileHandles();
  const { sync } = prototype;
  prototype.sync = function () {
    return isMeant(pathOf(this.fd)) ? Promise.reject(failed(code, 'fsync')) : sync.call(this);
  };
};

/** As on file systems that do not know their size: a refusal, or 0 of 0 blocks. */
const failStatfs = (answer) => {
  promises.statfs = answer;
};

if (isMainThread || FAULT?.startsWith('fsync')) {
  if (FAULT === 'record') await failSyncOf('file.encrypt');
  if (FAULT === 'publish') failPublishing();
  if (FAULT === 'publish') await endBefore('file.publish');
  if (FAULT === 'change')
    await changeBefore('file.delete-original', (file) => fs.appendFileSync(file, ' and more'));
  if (FAULT === 'change alike') await changeBefore('file.delete-original', changeAlike);
  if (FAULT?.startsWith('exchange '))
    await exchangeBefore(
      FAULT.slice('exchange '.length),
      process.env.CLAVIGER_EXCHANGED_FOLDER,
      process.env.CLAVIGER_EXCHANGED_FOR,
    );
  if (FAULT === 'end after claim') endAfterClaim();
  if (FAULT === 'end') await endBefore('file.encrypt');
  if (FAULT === 'fsync-part') await failFsync((path) => path.endsWith('.part'));
  if (FAULT === 'fsync-folder') await failFsync((path) => path.endsWith('/fsync-folder'));
  if (FAULT === 'fsync-no-folder')
    await failFsync(
      (path) => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory(),
      'EINVAL',
    );
  if (FAULT === 'statfs') failStatfs(() => Promise.reject(failed('ENOSYS', 'statfs')));
  if (FAULT === 'statfs-0')
    failStatfs(() => Promise.resolve({ blocks: 0, bavail: 0, bsize: 4096 }));
  syncBuiltinESMExports();
}
