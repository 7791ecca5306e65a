import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { sha256 } from './testing/deterministic.ts';
import { codeOf } from './testing/code-of.ts';
import { readFile, type Secret } from './testing/read-file.ts';
import { makeVectors, type VectorIndex } from './testing/vectors.ts';

const folder = new URL('testdata/', import.meta.url);
const load = (name: string): Buffer => readFileSync(new URL(name, folder));
const index = JSON.parse(load('vectors.json').toString()) as VectorIndex;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('the writer', () => {
  const made = makeVectors();

  test('produces exactly the stored files', () => {
    const there = readdirSync(folder, { recursive: true }).map(String);
    const files = there.filter((name) => /\.(clv|json)$/.test(name));
    expect(files.sort()).toEqual([...made.keys()].sort());
  });

  test.each([...made.keys()])('reproduces %s byte for byte', (name) => {
    expect(made.get(name)?.equals(load(name))).toBe(true);
  });
});

describe('the reader', () => {
  test.each(index.good)('opens $file with the file key and through every slot', (vector) => {
    const file = load(vector.file);
    const secrets: Secret[] = [
      { dek: hex(vector.dek) },
      ...vector.keys.map((k) => ({ key: hex(k) })),
    ];
    for (const secret of secrets) {
      const { metadata, content } = readFile(file, secret);
      expect(metadata).toEqual(vector.metadata);
      expect(sha256(content)).toBe(vector.contentSha256);
    }
  });

  test.each(index.bad)('refuses $file: $why ($code)', (vector) => {
    const secret = 'dek' in vector ? { dek: hex(vector.dek) } : { key: hex(vector.key) };
    expect(codeOf(() => readFile(load(vector.file), secret))).toBe(vector.code);
  });

  test('names the damaged segment', () => {
    const vector = index.bad.find(({ file }) => file === 'bad/segment-second.clv');
    if (vector === undefined || !('dek' in vector)) throw new Error('the vector is missing');
    const read = () => readFile(load(vector.file), { dek: hex(vector.dek) });
    expect(read).toThrow(Failure);
    expect(read).toThrow('Segment 2 of 2 of this file is damaged.');
  });
});
