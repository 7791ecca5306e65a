import { availableParallelism } from 'node:os';
import { limits } from '../../shared/limits.ts';
import type { EngineCalls } from './api.ts';
import { Engine } from './engine.ts';
import { parentChannel } from './rpc/channels.ts';
import { serve } from './rpc/serve.ts';

// Composition root of the engine as a child process. It ends with its parent.

const engine = new Engine({
  workerScript: new URL('./worker.js', import.meta.url),
  workers: Math.min(limits.workers, availableParallelism()),
});
const channel = parentChannel(process);
serve<EngineCalls>(channel, engine.calls());
channel.onClose(() => process.exit());
// The terminal sends Ctrl-C to both processes: the parent decides what it means.
process.on('SIGINT', () => undefined);
