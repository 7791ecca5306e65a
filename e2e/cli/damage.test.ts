import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import { areaOf, damaged, flipBit } from '../support/damage.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';
import { readFileSync, rmSync } from 'node:fs';

const SEGMENT = 262_144;
const random = seeded(3);

let vault: TestVault;
let other: TestVault;
/** One small and one large file, because they are read in different ways. */
const sealed = new Map<string, string>();

beforeAll(async () => {
  [vault, other] = await Promise.all([makeVault('SoftHSM2'), makeVault('NSS softokn')]);
  await vault.createKey('host', 'hsm-wrapped', 'host');
  await vault.createKey('token', 'hsm-only', 'token');
  await other.createKey('host', 'hsm-only', 'host');
  for (const key of ['host', 'token']) {
    for (const [size, bytes] of [
      ['small', 600_000],
      ['large', 5_000_000],
    ] as const) {
      const file = writeFile(join(vault.home, 'plain', `${key}-${size}.bin`), random.bytes(bytes));
      const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', key, file]);
      sealed.set(`${key} ${size}`, receipt?.output ?? '');
      rmSync(file);
    }
  }
});

afterAll(() => {
  vault.remove();
  other.remove();
});

const body = (bytes: Buffer): number => areaOf(bytes) + 256 + 28;

/** What is done to the file, and the expected code. */
const damages: readonly (readonly [string, (bytes: Buffer<ArrayBuffer>) => Buffer, string])[] = [
  ['magic', (bytes) => flipBit(bytes, 0), 'not-encrypted'],
  ['format version', (bytes) => flipBit(bytes, 8), 'header-damaged'],
  ['line 1', (bytes) => flipBit(bytes, 14), 'header-damaged'],
  ['padding', (bytes) => flipBit(bytes, areaOf(bytes) - 70), 'header-damaged'],
  ['seal tag', (bytes) => flipBit(bytes, areaOf(bytes) - 1), 'header-altered'],
  ['seal', (bytes) => flipBit(bytes, areaOf(bytes) - 40), 'wrong-body-key'],
  ['metadata', (bytes) => flipBit(bytes, areaOf(bytes) + 20), 'segment-damaged'],
  ['first segment', (bytes) => flipBit(bytes, body(bytes) + 50), 'segment-damaged'],
  ['last byte', (bytes) => flipBit(bytes, -1), 'segment-damaged'],
  ['one byte cut', (bytes) => bytes.subarray(0, -1), 'cut-short'],
  ['a segment cut', (bytes) => bytes.subarray(0, body(bytes) + SEGMENT + 28), 'cut-short'],
  ['body cut', (bytes) => bytes.subarray(0, areaOf(bytes)), 'cut-short'],
  ['header cut', (bytes) => bytes.subarray(0, 100), 'header-damaged'],
  ['everything cut', () => Buffer.alloc(0), 'not-encrypted'],
  ['trailing zero', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]), 'trailing-data'],
  ['written twice', (bytes) => Buffer.concat([bytes, bytes]), 'trailing-data'],
  [
    'segments swapped',
    (bytes) => {
      const [from, to] = [body(bytes), body(bytes) + SEGMENT + 28];
      const first = Buffer.from(bytes.subarray(from, to));
      bytes.copyWithin(from, to, to + SEGMENT + 28);
      first.copy(bytes, to);
      return bytes;
    },
    'segment-damaged',
  ],
];

describe.each(['host small', 'host large', 'token small', 'token large'])('a %s file', (which) => {
  it('is refused for each damage with its own reason, and nothing is written', async () => {
    const file = sealed.get(which) ?? '';
    const folder = join(vault.home, which);
    const copies = damages.map(([name, change, code]) => {
      const copy = damaged(file, name.replaceAll(' ', '-'), change);
      return { name, code, moved: moveInto(folder, copy) };
    });
    const before = snapshotOf(folder);
    const expected = copies.map(({ name, code, moved }) => ({ name, moved, code }));
    for (const command of ['verify', 'decrypt']) {
      const call = await batch(vault.cli, [command, folder]);
      expect(call.code).toBe(1);
      const seen = copies.map(({ name, moved }) => {
        const receipt = call.files.find(({ input }) => input === moved);
        return { name, moved, code: receipt?.outcome === 'failed' ? receipt.reason?.code : 'none' };
      });
      expect(seen).toEqual(expected);
      const causes = new Map(call.files.map(({ reason }) => [reason?.code, reason]));
      for (const reason of causes.values()) expect(reason?.unharmed).toBeDefined();
    }
    expect(snapshotOf(folder)).toEqual(before);
    await batchDone(vault.cli, ['verify', file]);
    await vault.expectSound();
  });
});

const moveInto = (folder: string, file: string): string => {
  const target = join(folder, file.slice(file.lastIndexOf('/') + 1));
  writeFile(target, readFileSync(file));
  rmSync(file);
  return target;
};

describe('a file that is not ours', () => {
  it('names the damaged segment', async () => {
    const file = sealed.get('host large') ?? '';
    const copy = damaged(file, 'segment-17', (bytes) =>
      flipBit(bytes, body(bytes) + 16 * (SEGMENT + 28) + 99),
    );
    const call = await batch(vault.cli, ['verify', copy]);
    expect(call.files[0]?.reason).toMatchObject({ code: 'segment-damaged' });
    expect(call.files[0]?.reason?.cause).toMatch(/segment 17/i);
    rmSync(copy);
  });

  it('is refused if its header belongs to another file', async () => {
    const one = readFileSync(sealed.get('host small') ?? '');
    const two = readFileSync(sealed.get('host large') ?? '');
    const spliced = join(vault.home, 'spliced.clv');
    writeFileSync(
      spliced,
      Buffer.concat([two.subarray(0, areaOf(two)), one.subarray(areaOf(one))]),
    );
    const call = await batch(vault.cli, ['verify', spliced]);
    expect(call.files[0]?.reason?.code).toBe('cut-short');

    const body = Buffer.concat([one.subarray(0, areaOf(one)), two.subarray(areaOf(two))]);
    writeFileSync(spliced, body.subarray(0, one.length));
    const second = await batch(vault.cli, ['verify', spliced]);
    expect(second.files[0]?.reason?.code).toBe('segment-damaged');
  });

  it('is refused if it comes from another vault, with a hint how to find out which', async () => {
    const file = writeFile(join(other.home, 'foreign.txt'), 'foreign');
    const [receipt] = await batchDone(other.cli, ['encrypt', '--key', 'host', file]);
    for (const command of ['verify', 'decrypt']) {
      const call = await batch(vault.cli, [command, receipt?.output ?? '']);
      expect(call).toMatchObject({
        code: 1,
        files: [{ outcome: 'failed', reason: { code: 'no-key' } }],
      });
      const told = await vault.cli.run([command, receipt?.output ?? '']);
      expect(told.stderr).toContain('"claviger inspect FILE" shows which keys can decrypt it.');
    }
    expect(filesIn(other.home).filter((each) => each.includes('foreign'))).toHaveLength(2);
  });

  it.each([
    ['empty', ''],
    ['text', 'this is a text, whatever its name says\n'.repeat(300)],
    ['another format', '\u0089PNG\r\n\u001a\n'],
  ])('is refused if it is %s', async (name, content) => {
    const file = writeFile(join(vault.home, 'not-ours', `${name}.clv`), content);
    for (const command of ['verify', 'decrypt']) {
      const call = await batch(vault.cli, [command, file]);
      expect(call).toMatchObject({
        code: 1,
        files: [{ outcome: 'failed', reason: { code: 'not-encrypted' } }],
      });
    }
    const inspected = await vault.cli.run(['inspect', file]);
    expect(inspected.code).toBe(1);
    expect(inspected.stderr).toContain('claviger:');
    expect(filesIn(join(vault.home, 'not-ours')).every((each) => each.endsWith('.clv'))).toBe(true);
  });
});
