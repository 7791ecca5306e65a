import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { ParentPort, UtilityProcess } from 'electron';
import type { Channel, Request, Response } from './messages.ts';

/** The engine as a child process, seen from its parent. Needs `serialization: 'advanced'`. */
export const childChannel = (child: ChildProcess): Channel<Request, Response> => ({
  post: (message) => {
    // If the child has just died, its exit event reports that; the send error adds nothing.
    if (child.connected) child.send(message, () => undefined);
  },
  onMessage: (listener) => child.on('message', (message) => listener(message as Response)),
  onClose: (listener) => {
    child.once('exit', listener);
    // If the process could not be started, there is no exit event, only an error.
    child.once('error', () => child.pid === undefined && listener());
  },
});

/** The same channel, seen from the child. */
export const parentChannel = (own: NodeJS.Process): Channel<Response, Request> => ({
  post: (message) => {
    // If the parent has died, the disconnect event reports that; nobody reads the error.
    if (own.connected) own.send?.(message, undefined, undefined, () => undefined);
  },
  onMessage: (listener) => own.on('message', (message) => listener(message as Request)),
  onClose: (listener) => own.once('disconnect', listener),
});

/** A worker thread, seen from the engine. */
export const workerChannel = (worker: Worker): Channel<Request, Response> => ({
  post: (message) => worker.postMessage(message),
  onMessage: (listener) => worker.on('message', (message) => listener(message as Response)),
  onClose: (listener) => worker.once('exit', listener),
});

/** The same channel, seen from the worker. */
export const portChannel = (port: MessagePort): Channel<Response, Request> => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => port.on('message', (message) => listener(message as Request)),
  onClose: (listener) => port.once('close', listener),
});

/** The engine as Electron's utility process, seen from the app. */
export const utilityChannel = (child: UtilityProcess): Channel<Request, Response> => ({
  post: (message) => child.postMessage(message),
  onMessage: (listener) => child.on('message', (message) => listener(message as Response)),
  onClose: (listener) => child.once('exit', () => listener()),
});

/** The same channel, seen from the utility process, which Electron ends with the app. */
export const utilityParentChannel = (port: ParentPort): Channel<Response, Request> => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => port.on('message', ({ data }) => listener(data as Request)),
  onClose: () => undefined,
});
