import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { notUtf8Name } from '../../shared/messages/failures/batch.ts';
import { notRegular, symbolicLink } from '../../shared/messages/failures/files.ts';
import { compareNames } from '../../shared/names.ts';
import { fileFailure } from '../system/index.ts';
import { isUtf8Name, nameOfBytes, shownName } from './byte-name.ts';

/** Something found under an input path. */
export type Found =
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly stats: BigIntStats;
      /** The input path that led here. */
      readonly root: string;
      /** Whether the file itself was named, not a folder above it. */
      readonly named: boolean;
    }
  | {
      readonly kind: 'folder';
      readonly file: string;
      readonly stats: BigIntStats;
      readonly root: string;
      readonly isEmpty: boolean;
    }
  | {
      readonly kind: 'unusable';
      readonly file: string;
      readonly root: string;
      readonly named: boolean;
      readonly reason: FailureData;
    };

/** Where a walk starts: at a named path, or below it. */
export interface Start {
  readonly input: string;
  readonly root: string;
}

/**
 * Finds all files under the given paths, folders recursively and in order of their names. A folder
 * comes before what is in it.
 */
export const walk = (roots: readonly string[]): Promise<Found[]> =>
  walkFrom(roots.map((root) => ({ input: root, root })));

export const walkFrom = async (starts: readonly Start[]): Promise<Found[]> => {
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const { input, root } of starts)
    await visit(path.resolve(input), path.resolve(root), found, seen);
  return found;
};

const visit = async (
  file: string,
  root: string,
  found: Found[],
  seen: Set<string>,
): Promise<void> => visitSeen(await look(file), root, found, seen);

/** The kind of a file, or why it is unknown. */
type Look =
  | { readonly file: string; readonly stats: BigIntStats }
  | { readonly file: string; readonly reason: FailureData };

const look = (file: string): Promise<Look> =>
  isUtf8Name(file)
    ? lstat(file, { bigint: true }).then(
        (stats) => ({ file, stats }),
        (error: unknown) => ({ file, reason: reasonOf(file, error) }),
      )
    : Promise.resolve({ file, reason: toFailureData(notUtf8Name()) });

const visitSeen = async (
  looked: Look,
  root: string,
  found: Found[],
  seen: Set<string>,
): Promise<void> => {
  const { file } = looked;
  if (seen.has(file)) return;
  seen.add(file);
  const named = file === root;
  const refuse = (reason: FailureData): void =>
    void found.push({ kind: 'unusable', file: shownName(file), root, named, reason });
  if ('reason' in looked) refuse(looked.reason);
  else if (looked.stats.isDirectory()) {
    const names = await namesIn(file, refuse);
    const { stats } = looked;
    found.push({ kind: 'folder', file, stats, root, isEmpty: names?.length === 0 });
    await visitNames(file, names ?? [], root, found, seen);
  } else if (looked.stats.isFile())
    found.push({ kind: 'file', file, stats: looked.stats, root, named });
  else refuse(toFailureData(refusalOf(looked.stats)));
};

const namesIn = async (
  folder: string,
  refuse: (reason: FailureData) => void,
): Promise<readonly string[] | null> => {
  try {
    return (await readdir(folder, { encoding: 'buffer' })).map(nameOfBytes).sort(compareNames);
  } catch (error) {
    refuse(reasonOf(folder, error));
    return null;
  }
};

/** How many files are checked at the same time, so that they do not wait for each other. */
const LOOKS_AT_ONCE = 64;

const visitNames = async (
  folder: string,
  names: readonly string[],
  root: string,
  found: Found[],
  seen: Set<string>,
): Promise<void> => {
  for (let at = 0; at < names.length; at += LOOKS_AT_ONCE) {
    const some = names.slice(at, at + LOOKS_AT_ONCE);
    const looks = await Promise.all(some.map((name) => look(path.join(folder, name))));
    for (const each of looks) await visitSeen(each, root, found, seen);
  }
};

/** Replaces bytes that are not UTF-8 in a name from elsewhere; the result is no existing file. */
const REPLACEMENT = '\ufffd';

const reasonOf = (file: string, thrown: unknown): FailureData => {
  const error = fileFailure(thrown, 'original');
  if (!(error instanceof Failure)) throw error;
  const unreadable = error.code === 'not-found' && file.includes(REPLACEMENT);
  return toFailureData(unreadable ? notUtf8Name() : error);
};

const refusalOf = (stats: BigIntStats): Failure => {
  if (stats.isSymbolicLink()) return symbolicLink();
  return notRegular(stats.isFIFO() ? 'a pipe (FIFO)' : stats.isSocket() ? 'a socket' : 'a device');
};
