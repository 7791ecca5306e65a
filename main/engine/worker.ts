import { parentPort, workerData } from 'node:worker_threads';
import { inWords } from './files/errno.ts';
import { FileHash } from './files/file-hash.ts';
import { decryptRange, encryptRange } from './files/ranges.ts';
import { decryptWholeFiles, encryptWholeFiles, verifyWholeFiles } from './files/whole-files.ts';
import { findProvedMasters, type VaultToken } from './keys/vault-token.ts';
import { TokenConnection } from './pkcs11/connection.ts';
import { portChannel } from './rpc/channels.ts';
import { serve } from './rpc/serve.ts';
import type { WorkerCalls, WorkerSetup } from './worker-calls.ts';

// Composition root of a worker thread: its own way to the token, under the login of the process.

const openToken = (setup: WorkerSetup): VaultToken =>
  findProvedMasters({ ...setup, connection: TokenConnection.open(setup.target) });

const start = (setup: WorkerSetup): void => {
  if (parentPort === null) throw new Error('this file is started as a worker thread');
  const token = openToken(setup);
  const hashes = new Map<number, FileHash>();
  const hashOf = (fd: number): FileHash => {
    const hash = hashes.get(fd);
    if (hash === undefined) throw new Error('this file is not being hashed');
    return hash;
  };
  serve<WorkerCalls>(portChannel(parentPort), {
    encryptWhole: (input) => encryptWholeFiles(token, input),
    decryptWhole: (input) => decryptWholeFiles(token, input),
    verifyWhole: (input) => verifyWholeFiles(token, input),
    encryptRange: (input) => inWords(() => encryptRange(token, input)),
    decryptRange: (input) => inWords(() => decryptRange(token, input)),
    hashStart: ({ fd }) => void hashes.set(fd, new FileHash(fd)),
    hashTo: ({ fd, end }) => inWords(() => hashOf(fd).advance(end)),
    hashEnd: ({ fd }) => {
      const digest = hashOf(fd).digest();
      hashes.delete(fd);
      return digest;
    },
  });
};

start(workerData as WorkerSetup);
