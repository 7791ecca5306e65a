import { closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { TokenConnection } from '../main/engine/pkcs11/connection.ts';
import type { RawJob, RawShare } from './raw-job.ts';

// A raw loop in its own process, so that its start and its login count as they do for claviger.

const job = JSON.parse(process.argv[2] ?? '') as RawJob;

/** The session that holds the login for all threads. */
const login = (): void => {
  if (job.token === null) return;
  TokenConnection.open(job.token.target).login(job.token.pin);
};

const prepare = (): readonly string[] | null => {
  if (statSync(job.from).isDirectory()) {
    mkdirSync(job.to);
    return readdirSync(job.from);
  }
  mkdirSync(path.dirname(job.to), { recursive: true });
  closeSync(openSync(job.to, 'wx'));
  return null;
};

const runThread = (share: RawShare): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./raw-worker.js', import.meta.url), { workerData: share });
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });

login();
const share = { ...job, names: prepare(), counter: new SharedArrayBuffer(4) };
await Promise.all(Array.from({ length: job.threads }, () => runThread(share)));
