import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sha256 } from './testing/deterministic.ts';
import type { GoodVector } from './testing/good-vectors.ts';
import type { VectorIndex } from './testing/vectors.ts';

// Another implementation, in another language on another library, has to agree on every vector.

const script = fileURLToPath(new URL('../../../scripts/clv-decrypt.py', import.meta.url));
const folder = fileURLToPath(new URL('testdata/', import.meta.url));
const index = JSON.parse(readFileSync(path.join(folder, 'vectors.json'), 'utf8')) as VectorIndex;

/** The key goes to standard input, as a pipe from wherever it is kept. */
const python = (cwd: string, args: readonly string[], secret: string) =>
  new Promise<{ status: unknown; errors: string }>((resolve) => {
    const child = execFile('/usr/bin/python3', args, { cwd }, (error, _, errors) =>
      resolve({ status: error === null ? 0 : error.code, errors }),
    );
    child.stdin?.end(`${secret}\n`);
  });

const decrypt = (cwd: string, option: string, secret: string, ...args: readonly string[]) =>
  python(cwd, [script, option, '-', ...args], secret);

const anyVector = (): GoodVector => {
  const vector = index.good.find(({ file }) => file === 'good/a256kw-one-byte.clv');
  if (vector === undefined) throw new Error('the vector is missing');
  return vector;
};

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const cwd = await mkdtemp(path.join(tmpdir(), 'clv-decrypt-'));
  try {
    await work(cwd);
  } finally {
    await rm(cwd, { recursive: true });
  }
};

const checkOpened = async (file: string, vector: GoodVector): Promise<void> => {
  const { mtime, mode } = await stat(file);
  expect(sha256(await readFile(file))).toBe(vector.contentSha256);
  expect(mtime.toISOString()).toBe(vector.metadata.mtime);
  expect(mode & 0o777).toBe(vector.metadata.mode);
};

const success = { status: 0, errors: '' };

describe('the independent decryptor', () => {
  test.concurrent.each(index.good)('opens $file', (vector) =>
    inFolder(async (cwd) => {
      const file = path.join(folder, vector.file);
      expect(await decrypt(cwd, '--dek', vector.dek, file)).toEqual(success);
      await checkOpened(path.join(cwd, vector.metadata.name), vector);
      for (const key of new Set([vector.keys.at(0), vector.keys.at(-1)])) {
        const out = `out-${key}`;
        expect(await decrypt(cwd, '--key', String(key), file, out)).toEqual(success);
        await checkOpened(path.join(cwd, out), vector);
      }
    }),
  );

  test.concurrent.each(index.bad)('refuses $file ($code) and writes nothing', (vector) =>
    inFolder(async (cwd) => {
      const [option, secret] = 'dek' in vector ? ['--dek', vector.dek] : ['--key', vector.key];
      const { status, errors } = await decrypt(cwd, option, secret, path.join(folder, vector.file));
      expect(status).toBe(1);
      expect(errors).toMatch(new RegExp(`^${vector.code}: `));
      expect(await readdir(cwd)).toEqual([]);
    }),
  );

  test('accepts no key as an argument, where every program on this computer could see it', () =>
    inFolder(async (cwd) => {
      const { dek, file } = anyVector();
      const args = [script, '--dek', dek, path.join(folder, file), 'out'];
      const { status, errors } = await python(cwd, args, '');
      expect([status, errors]).toEqual([1, expect.stringMatching(/^io: .*No such file/)]);
      expect(await readdir(cwd)).toEqual([]);
    }));

  test('overwrites nothing', () =>
    inFolder(async (cwd) => {
      const vector = anyVector();
      const args = ['--dek', vector.dek, path.join(folder, vector.file), 'out'] as const;
      expect(await decrypt(cwd, ...args)).toEqual(success);
      expect(await decrypt(cwd, ...args)).toMatchObject({ status: 1 });
      expect(await readdir(cwd)).toEqual(['out']);
    }));

  // Somebody else makes the file once all of it is decrypted; links are those of the disk, or none.
  test.each([
    { disk: 'with hard links', links: '' },
    { disk: 'without hard links', links: 'os.link = refuse' },
  ])('keeps a file that appears while it decrypts, on a disk $disk', ({ links }) =>
    inFolder(async (cwd) => {
      const meanwhile = [
        'import os, runpy, sys',
        'sync = os.fsync',
        'def refuse(*_): raise PermissionError(1, "no links here")',
        'def appear(fd): sync(fd); open("out", "x").write("theirs")',
        `os.fsync = appear; ${links}`,
        'sys.argv = sys.argv[1:]',
        'runpy.run_path(sys.argv[0], run_name="__main__")',
      ].join('\n');
      const { dek, file } = anyVector();
      const args = ['-c', meanwhile, script, '--dek', '-', path.join(folder, file), 'out'];
      const { status, errors } = await python(cwd, args, dek);
      expect([status, errors]).toEqual([1, expect.stringMatching(/^exists: 'out' already exists/)]);
      expect(await readdir(cwd)).toEqual(['out']);
      expect(await readFile(path.join(cwd, 'out'), 'utf8')).toBe('theirs');
    }),
  );
});
