import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import type { Workload } from './workloads.ts';
import type { Command } from './processes.ts';
import type { RawJob } from './raw-job.ts';

export const directions = ['encrypt', 'decrypt'] as const;
export type Direction = (typeof directions)[number];

export interface Task {
  readonly workload: Workload;
  readonly direction: Direction;
  /** File, or folder of small files. */
  readonly from: string;
  /** Does not exist; the folder above it does. */
  readonly to: string;
}

export interface Tool {
  readonly name: string;
  /** It gets only this many of the small files; its time is scaled up to all of them. */
  readonly smallFiles: number;
  /** What it appends to the name of a file. */
  readonly suffix: string;
  readonly ours: boolean;
  readonly command: (task: Task) => Command;
}

/** A script next to this one. */
export const node = (script: string, ...args: string[]): Command => ({
  file: execPath,
  args: [fileURLToPath(new URL(script, import.meta.url)), ...args],
});

export const claviger = (...args: string[]): Command => node('../bundle/cli.cjs', ...args);

export const clavigerTool = (
  key: string,
  smallFiles: number,
  env: Readonly<Record<string, string>>,
): Tool => ({
  name: `claviger ${key}`,
  smallFiles,
  suffix: '.clv',
  ours: true,
  command: ({ direction, from, to }) => {
    const keys = direction === 'encrypt' ? ['--key', key] : [];
    return { ...claviger(direction, ...keys, '--out', path.dirname(to), from), env };
  },
});

export const rawTool = (
  job: Pick<RawJob, 'token' | 'threads' | 'digest'>,
  smallFiles: number,
): Tool => ({
  name: `${job.token === null ? 'raw node:crypto' : 'raw PKCS#11'}${job.digest ? ', digest' : ''}`,
  smallFiles,
  suffix: '',
  ours: false,
  command: ({ direction, from, to }) => {
    const whole: RawJob = { ...job, direction, from, to };
    return node('./raw-loop.js', JSON.stringify(whole));
  },
});

const shell = (script: string, ...args: string[]): Command => ({
  file: '/bin/sh',
  args: ['-eu', '-c', script, 'sh', ...args],
});

/** One process per file, as people do it. `one` reads "$f" and writes "$o"; more arguments from $3. */
const perFile = (one: string, { workload, from, to }: Task, ...more: string[]): Command =>
  workload === 'large'
    ? shell(`f=$1; o=$2; ${one}`, from, to, ...more)
    : shell(`mkdir "$2"; for f in "$1"/*; do o=$2/\${f##*/}; ${one}; done`, from, to, ...more);

export const ageTool = (keyFile: string, recipient: string, smallFiles: number): Tool => ({
  name: 'age',
  smallFiles,
  suffix: '',
  ours: false,
  command: (task) =>
    task.direction === 'encrypt'
      ? perFile('age -r "$3" -o "$o" "$f"', task, recipient)
      : perFile('age -d -i "$3" -o "$o" "$f"', task, keyFile),
});

const GPG = 'gpg --batch --quiet --pinentry-mode loopback --passphrase-file "$3" -o "$o"';

export const gpgTool = (home: string, passphraseFile: string, smallFiles: number): Tool => ({
  name: 'gpg AES256',
  smallFiles,
  suffix: '',
  ours: false,
  command: (task) => {
    const encrypt = '--symmetric --cipher-algo AES256 --compress-algo none';
    const mode = task.direction === 'encrypt' ? encrypt : '--decrypt';
    return {
      ...perFile(`${GPG} ${mode} "$f"`, task, passphraseFile),
      env: { GNUPGHOME: home },
    };
  },
});

/** @param synced whether the copy is synced to the disk, as claviger does */
export const copyTool = (smallFiles: number, synced: boolean): Tool => ({
  name: synced ? 'cp, fsync' : 'cp',
  smallFiles,
  suffix: '',
  ours: false,
  command: ({ from, to }) =>
    shell(`cp -r "$1" "$2"${synced ? '; find "$2" -type f -exec sync {} +' : ''}`, from, to),
});
