import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishPart } from './publish.ts';

describe('giving a part its name', () => {
  let folder = '';
  let part = '';
  let output = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'claviger-publish-'));
    part = path.join(folder, 'x.part');
    output = path.join(folder, 'a.txt.clv');
    writeFileSync(part, 'new');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const names = (): string[] => readdirSync(folder).sort();

  it('gives it its name and leaves no part', async () => {
    expect(await publishPart(part, output, 'keep-both')).toBe(output);
    expect(names()).toEqual(['a.txt.clv']);
  });

  it.each(['keep-both', 'skip'] as const)(
    '%s keeps a file that has appeared meanwhile',
    async (rule) => {
      writeFileSync(output, 'older');
      expect(await publishPart(part, output, rule)).toBe(path.join(folder, 'a (2).txt.clv'));
      expect(readFileSync(output, 'utf8')).toBe('older');
      expect(names()).toEqual(['a (2).txt.clv', 'a.txt.clv']);
    },
  );

  it('replaces where that is the rule', async () => {
    writeFileSync(output, 'older');
    expect(await publishPart(part, output, 'replace')).toBe(output);
    expect(readFileSync(output, 'utf8')).toBe('new');
  });

  it('finishes what was interrupted between the two steps, without a second copy', async () => {
    linkSync(part, output);
    expect(await publishPart(part, output, 'keep-both')).toBe(output);
    expect(names()).toEqual(['a.txt.clv']);
  });
});
