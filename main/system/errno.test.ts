import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { fileFailure, sideOf } from './errno.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-errno-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is said of an error that comes while `a.txt` is processed. */
const said = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    const failure = fileFailure(error, sideOf(error, path.join(folder, 'a.txt')));
    if (failure instanceof Failure) return failure.message;
  }
  throw new Error('the system has refused nothing');
};

it('names the side that an error is about, not the other', () => {
  const missing = path.join(folder, 'gone');
  expect(said(() => openSync(path.join(folder, 'a.txt'), 'r'))).toBe(
    'There is no such file or folder.',
  );
  // The same refusal of a part means the folder of the output.
  expect(said(() => openSync(path.join(missing, 'a.txt.clv.part'), 'wx'))).toBe(
    'The output folder was not found.',
  );
  // By the name alone: the way to it leads through a descriptor.
  expect(said(() => openSync('/proc/self/fd/9999/a.txt', 'r'))).toBe(
    'There is no such file or folder.',
  );
  // Of what is neither, neither is said.
  expect(said(() => readFileSync(path.join(missing, 'b.txt')))).toBe(
    'There is no such file or folder.',
  );
});
