import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const PATIENCE_MS = 5_000;

/**
 * Keeps what is in this process's memory out of core dumps, two ways (core(5)): no mapping goes into
 * a dump, and there is none. The second alone does not reach a program that the system pipes dumps
 * to; the first alone leaves the processor's registers in. Processes started later inherit both.
 * Linux only; elsewhere core dumps are up to the system.
 */
export const forbidCoreDumps = (): void => {
  if (process.platform === 'linux') forbidFor(process.pid);
};

/**
 * The same for a program of Chromium, whose page, where the PIN is typed, does not come from this
 * process: it is forked by helpers that run before any of our code does.
 */
export const forbidCoreDumpsOfAll = (): void => {
  if (process.platform === 'linux') forbidBelow(process.pid);
};

/** The process first: what it forks while its children are looked for inherits it already. */
const forbidBelow = (pid: number): void => {
  forbidFor(pid);
  for (const child of childrenOf(pid)) forbidBelow(child);
};

const forbidFor = (pid: number): void => {
  try {
    writeFileSync(`/proc/${pid}/coredump_filter`, '0');
  } catch {
    // A process whose /proc is closed to its own user is one that the kernel does not dump (proc(5)).
  }
  if (!mayDump(pid)) return;
  const arguments_ = [`--pid=${pid}`, '--core=0:0'];
  spawnSync('prlimit', arguments_, { stdio: 'ignore', timeout: PATIENCE_MS });
};

const mayDump = (pid: number): boolean => {
  try {
    return !/^Max core file size +0 +0 /m.test(readFileSync(`/proc/${pid}/limits`, 'utf8'));
  } catch {
    return false; // it has ended
  }
};

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .filter((text) => text !== '')
      .map(Number);
  } catch {
    return []; // it has ended
  }
};
