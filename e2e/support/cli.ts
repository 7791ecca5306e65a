import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command line: `npm run build` comes before these tests. */
const SCRIPT = fileURLToPath(new URL('../../out/bundle/cli.cjs', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Variables in addition to those of the vault; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A command and its arguments that in turn run the command line, like runuser. */
  readonly through?: readonly string[];
}

/** A running call. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Standard error so far. */
  readonly stderrSoFar: () => string;
  readonly result: Promise<CliResult>;
}

/** The command line as its users run it, in its own process. */
export class Claviger {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  start(args: readonly string[], options: CliOptions = {}): RunningCli {
    const [command = process.execPath, ...rest] = [
      ...(options.through ?? []),
      process.execPath,
      SCRIPT,
      ...args,
    ];
    const child = spawn(command, rest, {
      cwd: options.cwd,
      env: { ...outside(), ...this.#env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid === undefined) throw new Error(`${command} did not start`);
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const result = new Promise<CliResult>((resolve) => {
      child.once('close', (code, signal) =>
        resolve({ code, signal, stdout: stdout(), stderr: stderr() }),
      );
    });
    return { child, pid: child.pid, stderrSoFar: stderr, result };
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.start(args, options).result;
  }
}

/** The environment of the tests without the variables that the command line reads. */
const outside = (): NodeJS.ProcessEnv => {
  const names = Object.keys(process.env).filter((name) => !/^(CLAVIGER|SOFTHSM2|NODE_)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
};

const collect = (stream: NodeJS.ReadableStream): (() => string) => {
  const pieces: string[] = [];
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => pieces.push(piece));
  return () => pieces.join('');
};
