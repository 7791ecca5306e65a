import { type Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { notUtf8Name } from '../../shared/messages/failures/batch.ts';
import { notRegular, symbolicLink } from '../../shared/messages/failures/files.ts';
import { fileFailure } from '../system/index.ts';
import { isUtf8Name, nameOfBytes, shownName } from './byte-name.ts';

/** A file, or what cannot be looked into. */
export type Streamed =
  | { readonly kind: 'file'; readonly file: string; readonly named: boolean }
  | { readonly kind: 'unusable'; readonly file: string; readonly reason: Failure }
  /** A link, a device and the like in a folder. */
  | { readonly kind: 'other' };

/**
 * Finds all files under the given paths, in no order and one after another: memory holds the folders
 * that are still to be read, never all files. A path below another one is not read twice.
 */
export async function* streamFiles(
  roots: readonly string[],
  leavesOut: (folder: string) => Promise<boolean>,
): AsyncGenerator<Streamed> {
  const all = [...new Set(roots.map((each) => path.resolve(each)))];
  for (const root of all) {
    const kind = await kindOf(root);
    if (!(kind instanceof Failure) && isBelowAny(root, all)) continue;
    if (kind instanceof Failure) yield { kind: 'unusable', file: shownName(root), reason: kind };
    else if (kind === 'file') yield { kind: 'file', file: root, named: true };
    else yield* filesBelow(root, leavesOut);
  }
}

const isBelowAny = (root: string, all: readonly string[]): boolean =>
  all.some((other) => other !== root && root.startsWith(withSlash(other)));

const withSlash = (folder: string): string =>
  folder.endsWith(path.sep) ? folder : folder + path.sep;

const kindOf = async (root: string): Promise<'file' | 'folder' | Failure> => {
  if (!isUtf8Name(root)) return notUtf8Name();
  try {
    const stats = await lstat(root);
    if (stats.isSymbolicLink()) return symbolicLink();
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : notRegular('a device or socket');
  } catch (error) {
    return failureOf(error);
  }
};

async function* filesBelow(
  root: string,
  leavesOut: (folder: string) => Promise<boolean>,
): AsyncGenerator<Streamed> {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (await leavesOut(folder)) continue;
    try {
      for await (const entry of await openFolder(folder)) {
        const name = nameOfBytes(entry.name);
        const file = path.join(folder, name);
        if (!isUtf8Name(name))
          yield { kind: 'unusable', file: shownName(file), reason: notUtf8Name() };
        else if (entry.isDirectory()) folders.push(file);
        else if (entry.isFile()) yield { kind: 'file', file, named: false };
        else yield { kind: 'other' };
      }
    } catch (error) {
      yield { kind: 'unusable', file: folder, reason: failureOf(error) };
    }
  }
}

/** The types of Node.js do not know that names can be bytes here, too. */
const openFolder = (folder: string): Promise<AsyncIterable<Dirent<Buffer>>> =>
  opendir(folder, { encoding: 'buffer' as BufferEncoding }) as unknown as Promise<
    AsyncIterable<Dirent<Buffer>>
  >;

const failureOf = (error: unknown): Failure => {
  const failure = fileFailure(error, 'original');
  if (failure instanceof Failure) return failure;
  throw error;
};
