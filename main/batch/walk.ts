import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { fileFailure } from '../engine/files/errno.ts';

/** Something found under an input path. */
export type Found =
  | {
      readonly kind: 'file';
      readonly file: string;
      /** Bytes. */
      readonly size: number;
      /** The input path that led here. */
      readonly root: string;
      /** True where the file itself was named, not a folder above it. */
      readonly named: boolean;
    }
  | {
      readonly kind: 'unusable';
      readonly file: string;
      readonly named: boolean;
      readonly reason: FailureData;
    };

/** Finds all files under the given paths, folders recursively and in order of their names. */
export const walk = async (roots: readonly string[]): Promise<Found[]> => {
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const root of roots) await visit(path.resolve(root), path.resolve(root), found, seen);
  return found;
};

const visit = async (
  file: string,
  root: string,
  found: Found[],
  seen: Set<string>,
): Promise<void> => {
  if (seen.has(file)) return;
  seen.add(file);
  const named = file === root;
  try {
    const stats = await lstat(file, { bigint: true });
    if (stats.isDirectory()) {
      const names = (await readdir(file)).sort();
      for (const name of names) await visit(path.join(file, name), root, found, seen);
      return;
    }
    if (!stats.isFile()) throw notRegular(stats);
    found.push({ kind: 'file', file, size: Number(stats.size), root, named });
  } catch (error) {
    found.push({ kind: 'unusable', file, named, reason: reasonOf(file, error) });
  }
};

/** Stands for the bytes of a name that are not UTF-8. Such a name leads to no file. */
const REPLACEMENT = '\ufffd';

const reasonOf = (file: string, thrown: unknown): FailureData => {
  const error = fileFailure(thrown);
  if (!(error instanceof Failure)) throw error;
  const unreadable = error.code === 'not-found' && file.includes(REPLACEMENT);
  return toFailureData(unreadable ? notUtf8() : error);
};

const notUtf8 = (): Failure =>
  new Failure('name-unusable', 'The name of this file or of a folder above it is not UTF-8.', {
    unharmed: 'It was not touched.',
    next: 'Rename it, then try again.',
  });

const notRegular = (stats: BigIntStats): Failure => {
  if (stats.isSymbolicLink()) {
    return new Failure('symlink', 'This is a symbolic link; links are not followed.', {
      unharmed: 'Neither the link nor what it points to was touched.',
      next: 'Name the file that the link points to.',
    });
  }
  const kind = stats.isFIFO() ? 'a pipe (FIFO)' : stats.isSocket() ? 'a socket' : 'a device';
  return new Failure('not-a-file', `This is ${kind}, not a regular file.`, {
    unharmed: 'It was not read.',
  });
};
