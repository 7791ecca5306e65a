import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, replaceFile } from './replace-file.ts';

let folder = '';
const at = (...names: string[]): string => path.join(folder, ...names);
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'claviger-replace-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('creates a file that only its user may read', async () => {
  await replaceFile(at('a'), 'text');
  expect(readFileSync(at('a'), 'utf8')).toBe('text');
  expect(statSync(at('a')).mode & 0o777).toBe(0o600);
});

it('replaces a link, and not what it points to', async () => {
  writeFileSync(at('other'), 'kept');
  symlinkSync('other', at('a'));
  await replaceFile(at('a'), 'text');
  expect(readFileSync(at('other'), 'utf8')).toBe('kept');
  expect(readFileSync(at('a'), 'utf8')).toBe('text');
});

it('leaves nothing if it cannot be replaced', async () => {
  mkdirSync(at('a'));
  writeFileSync(at('a', 'b'), 'kept');
  await expect(replaceFile(at('a'), 'text')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['a']);
  expect(readFileSync(at('a', 'b'), 'utf8')).toBe('kept');
});

it('creates folders for their user only, and keeps the mode of an existing one', async () => {
  chmodSync(folder, 0o755);
  await makeFolder(at('b', 'c'));
  await makeFolder(at('b', 'c'));
  await makeFolder(folder);
  expect([at('b'), at('b', 'c'), folder].map((each) => statSync(each).mode & 0o777)).toEqual([
    0o700, 0o700, 0o755,
  ]);
});

it.skipIf(process.platform !== 'linux')('ends where the system makes no folders', async () => {
  await expect(makeFolder('/proc/claviger/vaults')).rejects.toThrow();
});
