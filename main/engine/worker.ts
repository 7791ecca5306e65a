import { parentPort, workerData } from 'node:worker_threads';
import { portChannel, serve } from '../rpc/index.ts';
import { inWords } from '../system/index.ts';
import { Parts } from './files/part.ts';
import { proveSlotsOf } from './files/prove-slots.ts';
import { reencryptWholeFiles } from './files/reencrypt-whole.ts';
import { rewrapFiles } from './files/rewrap-files.ts';
import { decryptShare, encryptShare, reencryptShare } from './files/segments.ts';
import { decryptWholeFiles, encryptWholeFiles, verifyWholeFiles } from './files/whole-files.ts';
import { findProvedMasters, type VaultToken } from './keys/vault-token.ts';
import { TokenConnection } from './pkcs11/connection.ts';
import type { WorkerCalls, WorkerSetup } from './worker-calls.ts';

// Entry point of a worker thread: its own connection to the token, with the process's login.

const openToken = (setup: WorkerSetup): VaultToken =>
  findProvedMasters({ ...setup, connection: TokenConnection.open(setup.target) });

const start = (setup: WorkerSetup): void => {
  if (parentPort === null) throw new Error('this file is started as a worker thread');
  const token = openToken(setup);
  const writer = { token, parts: new Parts(setup.parent) };
  serve<WorkerCalls>(portChannel(parentPort), {
    awaitStart: () => undefined,
    encryptWhole: (input) => encryptWholeFiles(writer, input),
    decryptWhole: (input) => decryptWholeFiles(writer, input),
    verifyWhole: (input) => verifyWholeFiles(token, input),
    rewrapFiles: (input) => rewrapFiles(writer, input),
    reencryptWhole: (input) => reencryptWholeFiles(writer, input),
    proveSlots: (input) => proveSlotsOf(token, input),
    encryptShare: (input) => inWords(() => encryptShare(token, input)),
    decryptShare: (input) => inWords(() => decryptShare(token, input)),
    reencryptShare: (input) => inWords(() => reencryptShare(token, input)),
  });
};

start(workerData as WorkerSetup);
