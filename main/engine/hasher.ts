import { parentPort } from 'node:worker_threads';
import { portChannel, serve } from '../rpc/index.ts';
import { hashPass } from './files/hash-pass.ts';
import type { HasherCalls } from './worker-calls.ts';

// Entry point of the thread that hashes large files: it does not use the token.

if (parentPort === null) throw new Error('this file is started as a worker thread');
serve<HasherCalls>(portChannel(parentPort), { hashPass });
