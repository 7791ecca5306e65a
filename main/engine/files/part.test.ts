import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Parts, writeAll } from './part.ts';
import { assertUnchanged, openSource } from './source.ts';

describe('parts and sources', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'claviger-part-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const parts = new Parts(process.ppid);
  const inFolder = (name: string): string => path.join(folder, name);

  it('a part is new, private, and holds all pieces in their order', async () => {
    const fd = parts.create(inFolder('a.part'));
    writeAll(fd, [Buffer.from('def'), new Uint8Array(), Buffer.from('g')], 3);
    writeAll(fd, [Buffer.from('abc')], 0);
    await parts.finish(fd, inFolder('a.part'));
    expect(readFileSync(inFolder('a.part'), 'utf8')).toBe('abcdefg');
    expect(statSync(inFolder('a.part')).mode & 0o777).toBe(0o600);
  });

  it('a part never replaces an existing file', () => {
    writeFileSync(inFolder('a.part'), 'older');
    expect(() => parts.create(inFolder('a.part'))).toThrow('EEXIST');
    expect(readFileSync(inFolder('a.part'), 'utf8')).toBe('older');
  });

  it('a discarded part is deleted', () => {
    const file = inFolder('a.part');
    parts.discard(parts.create(file), file);
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('an engine whose program has ended neither creates nor removes a part', () => {
    const orphan = new Parts(process.ppid + 1);
    const file = inFolder('a.part');
    expect(() => orphan.create(file)).toThrow('is gone');
    expect(() => statSync(file)).toThrow('ENOENT');
    const others = parts.create(file);
    orphan.remove(file);
    orphan.discard(others, file);
    expect(statSync(file).isFile()).toBe(true);
  });

  it('a source that was changed while it was open is noticed, even with the same length', async () => {
    writeFileSync(inFolder('source'), 'one');
    const source = openSource(inFolder('source'));
    assertUnchanged(source);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(inFolder('source'), 'two');
    expect(() => assertUnchanged(source)).toThrow('changed while it was being read');
    closeSync(source.fd);
  });

  it('a folder is no source, and leaves no descriptor open', () => {
    const before = openSync(inFolder('probe'), 'w');
    closeSync(before);
    expect(() => openSource(folder)).toThrow('a folder');
    const after = openSync(inFolder('probe'), 'w');
    closeSync(after);
    expect(after).toBe(before);
  });
});
