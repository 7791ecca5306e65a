import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const PATIENCE_MS = 5_000;

/**
 * Keeps what is in this process's memory out of core dumps, two ways (core(5)): no mapping goes into
 * a dump, and there is none. The second alone does not reach a program that the system pipes dumps
 * to; the first alone leaves the processor's registers in. Processes started later inherit both.
 * Only Linux; elsewhere dumps are the system's matter.
 */
export const forbidCoreDumps = (): void => {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    if (mayDump()) {
      const arguments_ = [`--pid=${process.pid}`, '--core=0:0'];
      spawnSync('prlimit', arguments_, { stdio: 'ignore', timeout: PATIENCE_MS });
    }
  } catch {
    // A process whose own /proc is closed to it is one that the kernel does not dump (proc(5)).
  }
};

const mayDump = (): boolean =>
  !/^Max core file size +0 +0 /m.test(readFileSync('/proc/self/limits', 'utf8'));
