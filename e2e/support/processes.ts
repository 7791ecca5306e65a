import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Inspects other processes through proc(5). */

export const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
};

/** The environment that the process was started with. */
export const environmentOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n');

export const argumentsOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

/** The files that the process has open. */
export const openFilesOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Kills one process; it is no error if it has already ended. */
export const killNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
};

/**
 * Waits until `condition` returns something, however long that takes. The test's time limit
 * ends a wait that never succeeds.
 */
export const until = async <T>(
  condition: () => T | null | undefined | false,
  everyMs = 2,
): Promise<T> => {
  for (;;) {
    const value = condition();
    if (value !== null && value !== undefined && value !== false) return value;
    await pause(everyMs);
  }
};

const isEngine = (pid: number): boolean => {
  try {
    return argumentsOf(pid).includes('engine-process.cjs');
  } catch {
    return false;
  }
};

/** The running engines of a command line, without short-lived helpers. */
export const enginesOf = (pid: number): number[] => childrenOf(pid).filter(isEngine);

/** The engine that a command line has started. */
export const engineOf = (pid: number): Promise<number> => until(() => enginesOf(pid)[0]);
