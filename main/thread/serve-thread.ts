import { parentPort } from 'node:worker_threads';
import { portChannel } from '../rpc/channels.ts';
import type { Calls } from '../rpc/messages.ts';
import { serve } from '../rpc/serve.ts';

/** The other end of `callInThread`. */
export const serveThread = <Api>(calls: Calls<Api>): void => {
  if (parentPort === null) throw new Error('this file is started as a worker thread');
  serve<Api>(portChannel(parentPort), calls);
};
