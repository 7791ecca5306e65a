import { createHmac } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { isErrno } from '../../system/index.ts';

const readOrNull = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch(() => null);

/** The kernel's random id of this run of the machine; null where there is none (not Linux). */
export const bootId = async (): Promise<string | null> =>
  (await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? null;

/**
 * What tells this machine from others, whatever it is called; null where unknown. Derived, because
 * the id itself is not to be written into files that others see (machine-id(5)).
 */
export const machineId = async (): Promise<string | null> => {
  const id = (await readOrNull('/etc/machine-id'))?.trim() ?? '';
  if (!/^[0-9a-f]{32}$/.test(id)) return null;
  return createHmac('sha256', id).update('claviger/lock').digest('hex').slice(0, 32);
};

/** Within which process ids mean what they mean here (pid_namespaces(7)); null where unknown. */
export const pidNamespace = (): Promise<string | null> =>
  readlink('/proc/self/ns/pid').catch(() => null);

/** The fields after the name in /proc/<pid>/stat, which may itself hold blanks and brackets. */
const statFields = async (pid: number | 'self'): Promise<readonly string[] | null> => {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? null;
};

// proc(5) counts from 1: state is field 3, starttime field 22; the name is field 2.
const STATE = 0;
const START_TIME = 19;

/** When this process started, in clock ticks since boot; null where unknown. */
export const ownStartTime = async (): Promise<string | null> =>
  (await statFields('self'))?.[START_TIME] ?? null;

/** A sandbox may see the /proc of another PID namespace, where the same ids are other processes. */
const isProcOurs = async (): Promise<boolean> =>
  (await readlink('/proc/self').catch(() => null)) === String(process.pid);

/**
 * Whether the same process is still running: IDs are reused, so the start
 * time must fit too. A zombie no longer runs. In doubt the answer is yes.
 */
export const isRunning = async (pid: number, start: string | null): Promise<boolean> => {
  if (!exists(pid)) return false;
  const fields = (await isProcOurs()) ? await statFields(pid) : null;
  if (fields === null) return exists(pid);
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
