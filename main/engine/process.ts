import { availableParallelism } from 'node:os';
import { limits } from '../../shared/limits.ts';
import { parentChannel, serve, utilityParentChannel } from '../rpc/index.ts';
import { forbidCoreDumps } from '../system/index.ts';
import type { EngineCalls } from './api.ts';
import { Engine } from './engine.ts';

// Entry point of the engine: the app's utility process, or a child process of the command
// line. It ends with its parent.

forbidCoreDumps();
const engine = new Engine({
  worker: new URL('./worker.js', import.meta.url),
  parent: process.ppid,
  workers: Math.min(limits.workers, availableParallelism()),
});
// Electron's types say that every process has one.
const utilityPort = process.parentPort as typeof process.parentPort | undefined;
const channel =
  utilityPort === undefined ? parentChannel(process) : utilityParentChannel(utilityPort);
serve<EngineCalls>(channel, engine.calls());
channel.onClose(() => process.exit());
// The terminal sends Ctrl-C to both processes: the parent decides what it means.
process.on('SIGINT', () => undefined);
