// Loaded into every process of the command line (NODE_OPTIONS=--import): stops everything with
// SIGKILL at one step of a rotation of the master keys, or lets the token fail there. Every step is
// written down.
import { appendFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import pkcs11 from 'pkcs11js';

/** File that the steps are added to. */
const LOG = process.env.CLAVIGER_STEP_LOG;
/** Like "rename before 1". */
const KILL_AT = process.env.CLAVIGER_KILL_AT;

/** The same, for a call that the token refuses. */
const FAIL_AT = process.env.CLAVIGER_FAIL_AT;

const CKA_LABEL = 0x3;
const master = /^claviger\/[0-9a-f]+\/(wrap|seal)$/;
const isEngine = process.argv[1]?.endsWith('engine-process.cjs') === true;
const times = new Map();
/** What comes before, every unlock does. */
let hasBegun = false;

const step = (name) => {
  if (!hasBegun) return;
  const time = (times.get(name) ?? 0) + 1;
  times.set(name, time);
  appendFileSync(LOG, `${name} ${time}\n`);
  if (`${name} ${time}` === FAIL_AT) throw new Error('CKR_FUNCTION_FAILED:6');
  if (`${name} ${time}` !== KILL_AT) return;
  // The engine's parent first: alone it would be told of the loss.
  if (isEngine) process.kill(process.ppid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
};

const watchCall = (method, name, isMeant) => {
  const { prototype } = pkcs11.PKCS11;
  const real = prototype[method];
  prototype[method] = function (...args) {
    if (!isMeant.call(this, args)) return real.apply(this, args);
    step(`${name} before`);
    const result = real.apply(this, args);
    step(`${name} after`);
    return result;
  };
};

const watchEngine = () => {
  const { C_GetAttributeValue } = pkcs11.PKCS11.prototype;
  watchCall('C_GenerateKey', 'create', ([, , template]) => {
    const isMaster = master.test(template.find(({ type }) => type === CKA_LABEL)?.value ?? '');
    hasBegun ||= isMaster;
    return isMaster;
  });
  watchCall('C_WrapKey', 'wrap', () => true);
  watchCall('C_Sign', 'sign', () => true);
  watchCall('C_DestroyObject', 'destroy', function ([session, object]) {
    try {
      const [{ value }] = C_GetAttributeValue.call(this, session, object, [{ type: CKA_LABEL }]);
      return master.test(String(value));
    } catch {
      return false;
    }
  });
};

const watchFiles = async () => {
  const { rename } = promises;
  promises.rename = async (from, to) => {
    if (!String(from).endsWith('keystore.next')) return rename(from, to);
    step('rename before');
    await rename(from, to);
    step('rename after');
  };
  syncBuiltinESMExports();
  const handle = await promises.open('/proc/self/stat', 'r');
  await handle.close();
  const prototype = Object.getPrototypeOf(handle);
  const { writeFile } = prototype;
  prototype.writeFile = async function (bytes, ...rest) {
    const [, action] = /"action":"([a-z.-]+)"/.exec(String(bytes)) ?? [];
    hasBegun ||= action === 'master.rotate-start';
    if (action === undefined) return writeFile.call(this, bytes, ...rest);
    step(`record ${action} before`);
    const result = await writeFile.call(this, bytes, ...rest);
    step(`record ${action} after`);
    return result;
  };
};

if (LOG !== undefined && isMainThread) {
  if (isEngine) watchEngine();
  else await watchFiles();
}
