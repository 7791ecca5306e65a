import { readFile } from 'node:fs/promises';
import { isErrno } from './storage-failure.ts';

const readOrNull = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch(() => null);

/** The kernel's random id of this run of the machine; null where there is none (not Linux). */
export const bootId = async (): Promise<string | null> =>
  (await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? null;

/** The fields after the name in /proc/<pid>/stat, which may itself hold blanks and brackets. */
const statFields = async (pid: number): Promise<readonly string[] | null> => {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? null;
};

// proc(5) counts from 1: state is field 3, starttime field 22; the name is field 2.
const STATE = 0;
const START_TIME = 19;

/** When the process started, in clock ticks since boot; null where unknown. */
export const startTime = async (pid: number): Promise<string | null> =>
  (await statFields(pid))?.[START_TIME] ?? null;

/**
 * Whether this very process is still there: an id is given anew to other processes, so the start
 * time must fit too. A zombie no longer runs. In doubt the answer is yes.
 */
export const isRunning = async (pid: number, start: string | null): Promise<boolean> => {
  if (!exists(pid)) return false;
  const fields = await statFields(pid);
  if (fields === null) return start === null || exists(pid);
  const isZombie = fields[STATE] === 'Z' || fields[STATE] === 'X';
  return !isZombie && (start === null || fields[START_TIME] === start);
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
};
