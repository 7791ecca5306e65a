// Loaded into the engine (NODE_OPTIONS=--import). Counts the secret keys in all
// sessions of its process whenever the file named by CLAVIGER_COUNT_OBJECTS asks for it.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import pkcs11 from 'pkcs11js';

const FILE = process.env.CLAVIGER_COUNT_OBJECTS;
const OFTEN_MS = 10;
const MOST = 1_000;
const CKF_SERIAL_SESSION = 4;
const [CKA_CLASS, CKA_TOKEN, CKO_SECRET_KEY] = [0, 1, 4];

const keys = [
  { type: CKA_CLASS, value: CKO_SECRET_KEY },
  { type: CKA_TOKEN, value: false },
];

const count = (native, slot) => {
  const session = native.C_OpenSession(slot, CKF_SERIAL_SESSION);
  try {
    native.C_FindObjectsInit(session, keys);
    const found = native.C_FindObjects(session, MOST).length;
    native.C_FindObjectsFinal(session);
    return found;
  } finally {
    native.C_CloseSession(session);
  }
};

if (FILE !== undefined && isMainThread && process.send !== undefined) {
  const { prototype } = pkcs11.PKCS11;
  const { C_OpenSession } = prototype;
  let last;
  prototype.C_OpenSession = function (slot, flags) {
    last = [this, slot];
    return C_OpenSession.call(this, slot, flags);
  };
  setInterval(() => {
    if (!existsSync(`${FILE}.ask`)) return;
    rmSync(`${FILE}.ask`);
    writeFileSync(`${FILE}.new`, String(count(...last)));
    renameSync(`${FILE}.new`, `${FILE}.count`);
  }, OFTEN_MS).unref();
}
