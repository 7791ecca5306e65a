import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConflictRule } from '../../shared/batch.ts';
import { OpenFolders } from '../engine/files/open-folders.ts';
import { Publisher } from './publish.ts';

describe('renaming a partial file', () => {
  let folder = '';
  const at = (name: string): string => path.join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'claviger-publish-'));
    writeFileSync(at('x.part'), 'new');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const names = (): string[] => readdirSync(folder).sort();
  const publish = (rule: ConflictRule, part = 'x.part', publisher = new Publisher(rule)) =>
    OpenFolders.during(
      (place) => ({ path: place, root: place, identity: null }),
      async (open) => publisher.publish(await open.of(folder), part, 'a.txt.clv'),
    );

  it('gives it its name and leaves no partial file', async () => {
    expect(await publish('keep-both')).toBe('a.txt.clv');
    expect(names()).toEqual(['a.txt.clv']);
  });

  it.each(['keep-both', 'skip'] as const)(
    '%s keeps a file that has appeared meanwhile',
    async (rule) => {
      writeFileSync(at('a.txt.clv'), 'older');
      expect(await publish(rule)).toBe('a (2).txt.clv');
      expect(readFileSync(at('a.txt.clv'), 'utf8')).toBe('older');
      expect(names()).toEqual(['a (2).txt.clv', 'a.txt.clv']);
    },
  );

  it('replaces if that is the rule', async () => {
    writeFileSync(at('a.txt.clv'), 'older');
    expect(await publish('replace')).toBe('a.txt.clv');
    expect(readFileSync(at('a.txt.clv'), 'utf8')).toBe('new');
  });

  it.each(['replace', 'skip'] as const)(
    '%s: an output of the same batch is not replaced',
    async (rule) => {
      const publisher = new Publisher(rule);
      writeFileSync(at('y.part'), 'other');
      await publish(rule, 'x.part', publisher);
      await expect(publish(rule, 'y.part', publisher)).rejects.toMatchObject({ code: 'collision' });
      expect(readFileSync(at('a.txt.clv'), 'utf8')).toBe('new');
    },
  );

  it('replaces a link, and not what it points to', async () => {
    writeFileSync(at('other'), 'older');
    symlinkSync('other', at('a.txt.clv'));
    await publish('replace');
    expect(readFileSync(at('other'), 'utf8')).toBe('older');
    expect(readFileSync(at('a.txt.clv'), 'utf8')).toBe('new');
  });

  it('removes the claim of an interrupted partial file, whatever its name, and nothing else', async () => {
    const drop = () =>
      OpenFolders.during(
        (place) => ({ path: place, root: place, identity: null }),
        async (open) =>
          new Publisher('keep-both').dropClaim(await open.of(folder), 'x.part', 'a.txt.clv'),
      );
    writeFileSync(at('a.txt.clv'), '');
    writeFileSync(at('a (2).txt.clv'), 'y.part');
    symlinkSync('x.part', at('a (3).txt.clv'));
    writeFileSync(at('a (4).txt.clv'), 'x.part');
    writeFileSync(at('a (5).txt.clv'), 'kept');
    await drop();
    const left = ['a (2).txt.clv', 'a (3).txt.clv', 'a (5).txt.clv', 'a.txt.clv', 'x.part'];
    expect(names()).toEqual(left);
    await drop();
    expect(names()).toEqual(left);
  });

  it('finishes what was interrupted between the two steps, without a second copy', async () => {
    linkSync(at('x.part'), at('a.txt.clv'));
    expect(await publish('keep-both')).toBe('a.txt.clv');
    expect(names()).toEqual(['a.txt.clv']);
  });
});
