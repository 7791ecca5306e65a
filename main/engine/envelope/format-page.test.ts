import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { segmentAad, slotAad } from './aad.ts';
import { parseHeader } from './header.ts';
import { hostCipher } from './host-cipher.ts';
import { readFile } from './testing/read-file.ts';

// Others check their first implementation against the worked example.

const page = readFileSync(new URL('../../../docs/format.md', import.meta.url), 'utf8');
const example = readFileSync(new URL('testdata/good/example.clv', import.meta.url));
const header = parseHeader(example);

const fenced = (name: string): string[] => {
  const [, block = ''] = new RegExp('```' + name + '\n([^`]*)\n```').exec(page) ?? [];
  return block.split('\n');
};

const printed = new Map(
  fenced('values').map((line) => [line.slice(0, 14).trimEnd(), line.slice(14)] as const),
);

/** Bytes of a printed value: hex, H and JSON text joined by ‖. */
const value = (name: string): Buffer => {
  const parts = (printed.get(name) ?? expect.fail(`no value ${name}`)).split(' ‖ ');
  const bytes = (part: string): Buffer => {
    if (part === 'H') return value('H');
    return part.startsWith('{') ? Buffer.from(part) : Buffer.from(part, 'hex');
  };
  return Buffer.concat(parts.map(bytes));
};

describe('the worked example of docs/format.md', () => {
  test('is the vector', () => {
    const dump = fenced('hexdump').map((line) => line.slice(4).replaceAll(' ', ''));
    expect(dump.join('')).toBe(example.toString('hex'));
  });

  test('has the values that the file has', () => {
    const [slot] = header.slots;
    if (slot === undefined) throw new Error('the example has a slot');
    expect(value('H')).toEqual(header.hash);
    expect(value('slot AAD')).toEqual(slotAad(header.hash, slot));
    expect(Buffer.concat([value('slot nonce'), value('slot')])).toEqual(slot.dek);
    expect(value('seal nonce')).toEqual(header.sealNonce);
    expect(value('seal')).toEqual(header.seal);
    expect(value('AAD 0')).toEqual(segmentAad(header.hash, 0, false));
    expect(value('AAD 1')).toEqual(segmentAad(header.hash, 1, true));
    expect(value('segment 1')).toEqual(example.subarray(-43));
  });

  test('has keys that open it', () => {
    const { dek } = header.slots[0] ?? expect.fail('the example has a slot');
    const fileKey = hostCipher(value('key')).decrypt(
      dek.subarray(0, 12),
      value('slot AAD'),
      dek.subarray(12),
    );
    expect(fileKey).toEqual(value('file key'));
    expect(readFile(example, { key: value('key') }).content.toString()).toBe('No key leaves.\n');
    const plaintext = hostCipher(value('file key')).decrypt(
      Buffer.alloc(12),
      value('AAD 0'),
      example.subarray(512 + 12, 512 + 12 + 256 + 16),
    );
    const [text = '', spaces = ''] = printed.get('plaintext 0')?.split(' and ') ?? [];
    const padded = text + ' '.repeat(Number.parseInt(spaces));
    expect(Buffer.from(plaintext ?? []).toString()).toBe(padded);
  });
});
