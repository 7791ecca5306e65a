import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSource } from './source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-source-'));
  writeFileSync(path.join(folder, 'file'), 'content');
});
afterEach(() => rmSync(folder, { recursive: true }));

const opened = (name: string): number => {
  const { fd, size } = openSource(path.join(folder, name));
  closeSync(fd);
  return size;
};

it('reads a file', () => {
  expect(opened('file')).toBe(7);
});

it('follows no link, waits for no pipe and reads no folder', () => {
  symlinkSync('file', path.join(folder, 'link'));
  expect(() => opened('link')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  expect(() => opened('pipe')).toThrow(expect.objectContaining({ code: 'not-a-file' }));
  mkdirSync(path.join(folder, 'folder'));
  expect(() => opened('folder')).toThrow(expect.objectContaining({ code: 'not-a-file' }));
});
