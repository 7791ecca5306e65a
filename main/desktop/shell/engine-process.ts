import { utilityProcess } from 'electron';
import { engineLost } from '../../../shared/messages/failures/engine.ts';
import { Caller, utilityChannel } from '../../rpc/index.ts';
import {
  engineEnvironment,
  type EngineExit,
  type EngineProcess,
  PATIENCE_MS,
} from '../../engine/index.ts';

/**
 * Starts the engine as a utility process, so that a crash of the driver does not affect the window.
 */
export const startUtilityEngine = (script: string): EngineProcess => {
  const child = utilityProcess.fork(script, [], {
    serviceName: 'claviger-engine',
    stdio: ['ignore', 'ignore', 'inherit'],
    env: engineEnvironment(),
  });
  let asked = false;
  const exited = new Promise<EngineExit>((resolve) => {
    child.once('exit', (code) => resolve({ asked, code, signal: null }));
  });
  const stop = async (): Promise<void> => {
    asked = true;
    // A process that has not started cannot be stopped yet; stop it when it has.
    if (child.pid === undefined) child.once('spawn', () => child.kill());
    else child.kill();
    // Also stops a driver that blocks SIGTERM.
    const killer = setTimeout(() => killHard(child.pid), PATIENCE_MS);
    await exited;
    clearTimeout(killer);
  };
  return { caller: new Caller(utilityChannel(child), engineLost), exited, stop };
};

const killHard = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
};
