import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Run {
  /** Wall time from start to end of the process. */
  readonly seconds: number;
  /** Processor time of the process and its children: other work on the machine does not add to it. */
  readonly cpuSeconds: number;
  /** Bytes; null where the system does not report it. */
  readonly peak: number | null;
  readonly stdout: string;
}

const SAMPLE_MS = 20;

/** Node.js does not report what children have used; the shell does, in the last line of stderr. */
const TIMED = '"$@"; code=$?; times >&2; exit $code';

/** From the second line of `times` (POSIX, Shell & Utilities): 1m2.34s 0m5.67s. */
const cpuOf = (stderr: string): number => {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  const parts = [...line.matchAll(/(\d+)m([\d.,]+)s/g)];
  if (parts.length !== 2) throw new Error(`the shell does not tell times: ${line}`);
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds?.replace(',', '.')),
    0,
  );
};

/**
 * The most memory that a process and its children have had, added up. The kernel keeps each
 * process's own maximum (VmHWM), so that polling misses little. Pages of files, which
 * are the program and its libraries, are in memory only once, however many processes map them.
 */
class PeakMemory {
  readonly #pid: number;
  #most = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Only processes that run at the same time are added up. */
  sample(): void {
    const uses = processTree(this.#pid).map(useOf);
    const own = uses.reduce((sum, use) => sum + use.own, 0);
    this.#most = Math.max(this.#most, own + Math.max(...uses.map((use) => use.files)));
  }

  /** Bytes; null where the system does not report it. */
  get most(): number | null {
    return this.#most === 0 ? null : this.#most;
  }
}

const readProc = (file: string): string => {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return '';
  }
};

const processTree = (pid: number): number[] => {
  const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(processTree)];
};

/** Bytes of its own at its maximum, and of files that it maps now. */
const useOf = (pid: number): { readonly own: number; readonly files: number } => {
  const status = readProc(`${pid}/status`);
  const bytes = (name: string): number => {
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    return Number(kib ?? 0) * 1024;
  };
  const files = bytes('RssFile');
  return { own: Math.max(0, bytes('VmHWM') - files), files };
};

const collect = (child: ChildProcess): { stdout: string; stderr: string } => {
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece));
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
  return text;
};

/** Each command leads a process group, so that cancelling it also ends its children. */
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
};

/** Runs a command to its end. @throws Error if it fails, is missing or is cancelled */
export const run = async (command: Command, signal: AbortSignal): Promise<Run> => {
  signal.throwIfAborted();
  const start = process.hrtime.bigint();
  const child = spawn('/bin/sh', ['-c', TIMED, 'sh', command.file, ...command.args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...command.env },
  });
  const text = collect(child);
  const { pid } = child;
  const memory = new PeakMemory(pid ?? 0);
  const sampler = setInterval(() => memory.sample(), SAMPLE_MS);
  const cancel = (): void => (pid === undefined ? undefined : killGroup(pid));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { code, seconds } = await ended(child, start);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${command.file} failed (${code}): ${text.stderr.slice(-500)}`);
    return { seconds, cpuSeconds: cpuOf(text.stderr), peak: memory.most, stdout: text.stdout };
  } finally {
    clearInterval(sampler);
    signal.removeEventListener('abort', cancel);
  }
};

const ended = (
  child: ChildProcess,
  start: bigint,
): Promise<{ readonly code: number | null; readonly seconds: number }> =>
  new Promise((resolve, reject) => {
    let seconds = 0;
    child.once('error', reject);
    child.once('exit', () => (seconds = Number(process.hrtime.bigint() - start) / 1e9));
    child.once('close', (code) => resolve({ code, seconds }));
  });

/** Whether a program can be started at all. */
export const isThere = async (file: string, signal: AbortSignal): Promise<boolean> => {
  try {
    await run({ file, args: ['--version'] }, signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
};
