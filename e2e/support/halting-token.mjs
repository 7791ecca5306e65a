// Loaded into every process of the command line (NODE_OPTIONS=--import): halts the engine at one
// step of a checkpoint, of a new PIN or of a new resident key, as a crash (kill) or a driver that hangs (stop). Every step is written down.
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import pkcs11 from 'pkcs11js';

/** File that the steps are added to; a second one with ".halted" appended shows that it was done. */
const LOG = process.env.CLAVIGER_STEP_LOG;
/** Like "sign before 2": the second time. */
const HALT_AT = process.env.CLAVIGER_HALT_AT;
const SIGNAL = process.env.CLAVIGER_HALT_SIGNAL;

const CKA_LABEL = 0x3;
const anchor = /^claviger\/[0-9a-f]+\/anchor$|^claviger\.invalid\//;

const residentKey = /^claviger\/[0-9a-f]+\/key\//;

const times = new Map();

const once = () => {
  try {
    closeSync(openSync(`${LOG}.halted`, 'wx'));
    return true;
  } catch {
    return false;
  }
};

const step = (name) => {
  const time = (times.get(name) ?? 0) + 1;
  times.set(name, time);
  appendFileSync(LOG, `${name} ${time}\n`);
  if (`${name} ${time}` === HALT_AT && once()) process.kill(process.pid, SIGNAL);
};

const watch = (method, name, isMeant) => {
  const { prototype } = pkcs11.PKCS11;
  const real = prototype[method];
  prototype[method] = function (...args) {
    if (!isMeant(args)) return real.apply(this, args);
    step(`${name} before`);
    const result = real.apply(this, args);
    step(`${name} after`);
    return result;
  };
};

const labelOf = (template) => String(template.find(({ type }) => type === CKA_LABEL)?.value ?? '');

if (LOG !== undefined && isMainThread && process.argv[1]?.endsWith('engine-process.cjs')) {
  // Objects destroyed between a new anchor and the next signature are older anchors.
  let isReplacing = false;
  watch('C_Sign', 'sign', () => {
    isReplacing = false;
    return true;
  });
  watch('C_CreateObject', 'make', ([, template]) => {
    isReplacing = anchor.test(labelOf(template));
    return isReplacing;
  });
  watch('C_DestroyObject', 'drop', () => isReplacing);
  watch('C_SetPIN', 'pin', () => true);
  watch('C_GenerateKey', 'key', ([, , template]) => residentKey.test(labelOf(template)));
}
