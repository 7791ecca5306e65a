import { randomFillSync } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type Options, SMALL_BYTES } from './options.ts';
import type { Workload } from './workloads.ts';

const PIECE = 16 * 1024 * 1024;

const writeLarge = (file: string, bytes: number): void => {
  const fd = openSync(file, 'wx');
  const piece = Buffer.alloc(PIECE);
  for (let done = 0; done < bytes; done += PIECE) writeSync(fd, randomFillSync(piece));
  closeSync(fd);
};

/**
 * Allocates as much memory as the outputs will take, and frees it. On a virtual machine, memory that
 * is several times as slow when it is first used, and the first tool to be measured would pay for it.
 */
export const touchMemory = (folder: string, bytes: number): void => {
  const file = path.join(folder, 'touched');
  const fd = openSync(file, 'wx');
  const piece = Buffer.alloc(PIECE, 1);
  for (let done = 0; done < bytes; done += PIECE) writeSync(fd, piece);
  closeSync(fd);
  rmSync(file);
};

/** A copy of the first small files, for tools that are measured with a sample. */
const linkSample = (from: string, to: string, names: readonly string[]): void => {
  mkdirSync(to);
  for (const name of names) linkSync(path.join(from, name), path.join(to, name));
};

/** The input of a tool, with the number of small files that it is measured with. */
export const inputOf = (folder: string, workload: Workload, files: number): string =>
  path.join(folder, workload === 'large' ? 'large' : `small-${files}`);

export const writeInputs = (folder: string, options: Options, samples: readonly number[]): void => {
  writeLarge(inputOf(folder, 'large', 0), options.largeBytes);
  const small = inputOf(folder, 'small', options.smallFiles);
  mkdirSync(small);
  const names = Array.from({ length: options.smallFiles }, (_, index) =>
    String(index).padStart(6, '0'),
  );
  for (const name of names) {
    writeFileSync(path.join(small, name), randomFillSync(Buffer.alloc(SMALL_BYTES)));
  }
  for (const count of new Set(samples)) {
    if (count >= names.length) continue;
    linkSample(small, inputOf(folder, 'small', count), names.slice(0, count));
  }
};
