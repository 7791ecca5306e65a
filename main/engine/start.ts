import { fork } from 'node:child_process';
import { engineLost } from '../../shared/messages/failures/engine.ts';
import { Caller, childChannel } from '../rpc/index.ts';
import type { EngineCalls } from './api.ts';

/** How an engine ended, and whether we had asked for it: exit code 0 alone does not say "in order". */
export interface EngineExit {
  readonly asked: boolean;
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running engine. */
export interface EngineProcess {
  readonly caller: Caller<EngineCalls>;
  readonly exited: Promise<EngineExit>;
  /** Ends the engine; a driver that blocks signals is ended all the same. */
  stop(): Promise<void>;
}

/** Concurrent fsyncs wait in libuv's threads: four, its default, would be the bottleneck. */
const UV_THREADS = '16';
/**
 * Mappings that malloc(3) keeps: a PKCS#11 library may allocate each segment again, and each time
 * the kernel would fault it in page by page. Other allocators than glibc's do not read these.
 */
const KEPT_MAPPINGS = {
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(16 * 1024 * 1024),
};
/** How long an engine may take to stop. */
export const PATIENCE_MS = 2_000;

/** What the engine inherits: never a PIN that was meant for this process. */
export const engineEnvironment = (): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = {
    ...KEPT_MAPPINGS,
    ...process.env,
    UV_THREADPOOL_SIZE: UV_THREADS,
  };
  delete env['CLAVIGER_PIN'];
  delete env['CLAVIGER_NEW_PIN'];
  // Node.js would read the system's certificates at each start; the engine talks to no server.
  delete env['NODE_EXTRA_CA_CERTS'];
  return env;
};

/** Megabytes. The garbage of a thread does not outlive its file, so more memory gains nothing. */
const YOUNG_SPACE = 2;

/**
 * Node.js 20 has ArrayBuffer.prototype.transfer, which later ones have by nature, behind a flag.
 * Without it memory of cipher outputs waits for the garbage collector: a third more processor time.
 */
export const runtimeFlags = (): readonly string[] => [
  `--max-semi-space-size=${YOUNG_SPACE}`,
  ...('transfer' in ArrayBuffer.prototype ? [] : ['--harmony-rab-gsab-transfer']),
];

/** Starts the engine as a child process: what a driver does there cannot take this process down. */
export const startEngine = (script: URL): EngineProcess => {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...runtimeFlags()],
    env: engineEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // A driver that hangs does not notice that this process has ended.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  let asked = false;
  const exited = new Promise<EngineExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ asked, code, signal }));
    // Also keeps any other error of the channel from being thrown: the exit follows.
    child.on(
      'error',
      () => child.pid === undefined && resolve({ asked, code: null, signal: null }),
    );
  });
  const stop = async (): Promise<void> => {
    asked = true;
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(killer);
  };
  return { caller: new Caller(childChannel(child), engineLost), exited, stop };
};
