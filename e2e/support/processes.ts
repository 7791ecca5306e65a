import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Looking at other processes through proc(5). */

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

/** Name and value pairs as the process was started with. */
export const environmentOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n');

export const argumentsOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

/** What the process holds open. */
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

/** Ends one process at once; one that is gone already is no error. */
export const killNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

/**
 * Waits until `condition` returns something, however long that takes. The test's own time limit
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

/** The engines that a command line runs now, without helpers that end at once. */
export const enginesOf = (pid: number): number[] => childrenOf(pid).filter(isEngine);

/** The engine that a command line has started. */
export const engineOf = (pid: number): Promise<number> => until(() => enginesOf(pid)[0]);
