import { parentPort } from 'node:worker_threads';
import { type Calls, portChannel, serve } from '../rpc/index.ts';

/** The other end of `callInThread`. */
export const serveThread = <Api>(calls: Calls<Api>): void => {
  if (parentPort === null) throw new Error('this file is started as a worker thread');
  serve<Api>(portChannel(parentPort), calls);
};
