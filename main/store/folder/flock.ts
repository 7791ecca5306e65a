import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';

/*
 * flock(2) belongs to an open file, so a command that was given ours can lock it for us: node has no
 * call for it. The kernel ends the lock with the last descriptor, however this process ends, and
 * keeps it across PID and network namespaces.
 */

/** A file system that does not answer must not keep the program from saying so. */
const PATIENCE_MS = 5_000;
/** flock(1): somebody else has the lock. */
const CONFLICT = 1;

/** @returns its exit code; null where there is no such command or it gave no answer */
const flock = (file: FileHandle, mode: '-x' | '-s'): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn('flock', [mode, '-n', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', file.fd],
      timeout: PATIENCE_MS,
    });
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });

/** Locks a file for as long as it is open. @returns whether that is possible here */
export const lockOpenFile = async (file: FileHandle): Promise<boolean> =>
  (await flock(file, '-x')) === 0;

/** Whether anybody has a file locked. Those who only ask do not get in each other's way. */
export const isFileLocked = async (file: FileHandle): Promise<'yes' | 'no' | 'unknown'> => {
  const answer = await flock(file, '-s');
  if (answer === 0) return 'no';
  return answer === CONFLICT ? 'yes' : 'unknown';
};
