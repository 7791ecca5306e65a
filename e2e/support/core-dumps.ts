import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a command with dumps of any size allowed. */
export const MAY_DUMP = ['prlimit', '--core=unlimited:unlimited'];

/** The same, as on a system without the command that forbids them. */
export const MAY_DUMP_WITHOUT_PRLIMIT = [...MAY_DUMP, 'env', 'PATH=/nowhere'];

export const dumpsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('core'))
    .map((name) => join(folder, name));

/** Why no process leaves a dump in its folder here; null if it does. */
export const whyNoDumps = (folder: string): string | null => {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  if (!pattern.startsWith('core')) return `dumps of this system go to ${pattern}`;
  const place = join(folder, 'tried');
  mkdirSync(place);
  const [command = '', ...args] = MAY_DUMP;
  spawnSync(command, [...args, 'sh', '-c', 'kill -SEGV $$'], { cwd: place });
  return dumpsIn(place).length === 1 ? null : 'this system writes no dumps';
};

/** Whether the kernel would dump a process's memory. */
export const dumpRulesOf = (pid: number): { readonly filter: number; readonly limit: string } => ({
  filter: Number.parseInt(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), 16),
  limit:
    /^Max core file size +(\S+ +\S+)/m
      .exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]
      ?.replace(/ +/, ' ') ?? '',
});

/** Allows a process's memory in its dumps again, to show that a dump would contain the secret. */
export const letMemoryIn = (pid: number): void =>
  writeFileSync(`/proc/${pid}/coredump_filter`, '0x33');
