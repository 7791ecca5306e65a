// Loaded into every process and thread of the command line (NODE_OPTIONS=--import): writes down
// under which key each nonce of AES-256-GCM is used to encrypt, in software and in the token.
// A key is named by a hash: of its bytes, of the blob it was unwrapped from, or of its CKA_ID.
import crypto, { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import pkcs11 from 'pkcs11js';

const LOG = process.env.CLAVIGER_NONCE_LOG;
/** How many worker threads are to be killed during their work. */
const DEATHS = Number(process.env.CLAVIGER_WORKER_DEATHS ?? 0);
/** After this many encryptions a worker is in the middle of its work. */
const DEATH_AFTER = 40;

const CKM_AES_GCM = 0x1087;
const CKA_ID = 0x102;

const hash = (...pieces) => {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest('hex');
};

let seen = 0;

const die = () => {
  for (let death = 1; death <= DEATHS; death++) {
    try {
      closeSync(openSync(`${LOG}.death-${death}`, 'wx'));
    } catch {
      continue;
    }
    process.exit(9);
  }
};

const note = (where, key, nonce) => {
  const thread = isMainThread ? 'main' : 'worker';
  appendFileSync(LOG, `${key} ${Buffer.from(nonce).toString('hex')} ${where} ${thread}\n`);
  seen++;
  if (!isMainThread && seen % DEATH_AFTER === 0) die();
};

const watchSoftware = () => {
  const { createCipheriv } = crypto;
  crypto.createCipheriv = (algorithm, key, nonce, options) => {
    if (algorithm === 'aes-256-gcm') note('software', hash(key), nonce);
    return createCipheriv(algorithm, key, nonce, options);
  };
  syncBuiltinESMExports();
};

/** Handles of session objects, with their keys; a handle that is missing here is a token object. */
const names = new Map();
const nameOf = (handle) => Buffer.from(handle).toString('hex');

const watchToken = () => {
  const { prototype } = pkcs11.PKCS11;
  const { C_EncryptInit, C_UnwrapKey, C_GenerateKey, C_GetAttributeValue } = prototype;
  prototype.C_UnwrapKey = function (session, mechanism, kek, wrapped, template) {
    const handle = C_UnwrapKey.call(this, session, mechanism, kek, wrapped, template);
    names.set(nameOf(handle), hash('unwrapped', wrapped));
    return handle;
  };
  prototype.C_GenerateKey = function (session, mechanism, template) {
    const handle = C_GenerateKey.call(this, session, mechanism, template);
    names.set(nameOf(handle), hash('generated', randomUUID()));
    return handle;
  };
  prototype.C_EncryptInit = function (session, mechanism, key) {
    if (mechanism.mechanism === CKM_AES_GCM) {
      const known = names.get(nameOf(key));
      const id = () => C_GetAttributeValue.call(this, session, key, [{ type: CKA_ID }])[0].value;
      note('token', known ?? hash('object', id()), mechanism.parameter.iv);
    }
    return C_EncryptInit.call(this, session, mechanism, key);
  };
};

if (LOG !== undefined) {
  watchSoftware();
  watchToken();
}
