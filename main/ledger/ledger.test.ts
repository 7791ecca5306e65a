import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vaultFiles } from '../vault/files.ts';
import { act } from '../vault/testing/context.ts';
import { DiskModel } from '../vault/testing/disk-model.ts';
import { jsonFault } from './json-fault.ts';
import { Ledger, type Stamp } from './ledger.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { encodeRecord, parseLine, type LedgerRecord } from './record.ts';

const stamp: Stamp = {
  clock: { source: 'test', now: () => new Date('2026-01-01T00:00:00.000Z') },
  actor: () => ({ user: 'officer', host: 'desk', app: 'claviger/0.1.0', token: null }),
};

const record = (seq: number, action = 'note'): LedgerRecord => ({
  seq,
  time: '2026-01-01T00:00:00.000Z',
  clock: 'test',
  actor: stamp.actor(),
  ...act(action),
});

const disk = (...lines: (Buffer | string)[]): DiskModel =>
  new DiskModel({ [vaultFiles.ledger]: Buffer.concat(lines.map((line) => Buffer.from(line))) });

const text = (storage: DiskModel): string => storage.files()[vaultFiles.ledger]?.toString() ?? '';

describe('the ledger', () => {
  it('hashes exactly the bytes on the disk', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await Ledger.open(storage, stamp);
    await ledger.append([act('müde \n   "quoted" \ud800', 'a'), act('b')]);
    const tree = new MerkleTree();
    for (const line of text(storage).trimEnd().split('\n'))
      tree.append(leafHash(Buffer.from(line)));
    expect(ledger.head).toEqual({ size: 3, root: tree.root().toString('hex') });
    expect((await Ledger.open(storage, stamp)).head).toEqual(ledger.head);
    expect(ledger.bytes).toBe(Buffer.byteLength(text(storage)));
  });

  it('lets appends that come together share one write and one fsync', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await Ledger.open(storage, stamp);
    storage.arm(null);
    const acts = Array.from({ length: 64 }, (_, i) => ledger.append([act(`act ${i}`)]));
    const records = (await Promise.all(acts)).flat();
    expect(records.map(({ seq }) => seq)).toEqual(acts.map((_, i) => i + 2));
    expect(storage.steps).toBe(2);
  });

  it('accepts nothing after a write that failed, even where the disk would', async () => {
    class RefusesOnce extends DiskModel {
      refusals = 1;
      override async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
        if (this.refusals === 0) return super.append(name, at, bytes);
        this.refusals -= 1;
        throw Object.assign(new Error('refused'), { code: 'EIO' });
      }
    }
    const storage = new RefusesOnce({ [vaultFiles.ledger]: encodeRecord(record(1)) });
    const ledger = await Ledger.open(storage, stamp);
    const failed = { code: 'record-failed', detail: 'EIO' };
    const together = [ledger.append([act('a')]), ledger.append([act('b')])];
    for (const each of together) await expect(each).rejects.toMatchObject(failed);
    await expect(ledger.append([act('c')])).rejects.toMatchObject(failed);
    expect(text(storage)).toBe(encodeRecord(record(1)).toString());
    expect(ledger.head.size).toBe(1);
    const again = await Ledger.open(storage, stamp);
    expect(await again.append([act('d')])).toMatchObject([{ seq: 2 }]);
  });

  it('does not harm others with a record that cannot be written', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await Ledger.open(storage, stamp);
    const huge = ledger.append([act('huge', 'x'.repeat(2 ** 20))]);
    const fine = ledger.append([act('fine')]);
    await expect(huge).rejects.toThrow('too long');
    expect(await fine).toMatchObject([{ seq: 2 }]);
  });

  it.each([
    ['nothing', [], 'holds no record'],
    ['only a torn record', ['{"seq":1'], 'holds no record'],
    ['a gap', [encodeRecord(record(1)), encodeRecord(record(3))], 'Record 2'],
    ['a repetition', [encodeRecord(record(1)), encodeRecord(record(1))], 'Record 2'],
    ['an empty line', [encodeRecord(record(1)), '\n'], 'Record 2'],
    ['another field', [encodeRecord(record(1)).toString().replace('{', '{"more":1,')], 'Record 1'],
    [
      'a missing field',
      [encodeRecord(record(1)).toString().replace('"clock":"test",', '')],
      'Record 1',
    ],
    [
      'a date that is none',
      [encodeRecord(record(1)).toString().replace('-01-01T', '-13-01T')],
      'Record 1',
    ],
    ['bytes that are no text', [encodeRecord(record(1)), Buffer.from([0xff, 0x0a])], 'Record 2'],
  ])('with %s is refused and left alone', async (_, lines, words) => {
    const storage = disk(...lines);
    const before = text(storage);
    await expect(Ledger.open(storage, stamp)).rejects.toMatchObject({
      code: 'ledger-damaged',
      message: expect.stringContaining(words) as string,
    });
    expect(text(storage)).toBe(before);
  });
});

describe('a record', () => {
  const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

  it('comes back from its line as it was, whatever it holds', () => {
    fc.assert(
      fc.property(
        json,
        json,
        fc.string({ unit: 'binary', minLength: 1 }),
        (subject, details, action) => {
          const plain = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;
          const before = { ...record(7, action), subject: plain(subject), details: plain(details) };
          const line = encodeRecord(before);
          expect(line.indexOf(0x0a)).toBe(line.length - 1);
          const parsed = parseLine(line.subarray(0, -1));
          expect(JSON.stringify(parsed.record)).toBe(
            JSON.stringify(JSON.parse(JSON.stringify(before))),
          );
        },
      ),
    );
  });

  it('keeps its code', () => {
    const refused: LedgerRecord = { ...record(1), outcome: 'refused', code: 'pin-incorrect' };
    expect(parseLine(encodeRecord(refused).subarray(0, -1)).record).toEqual(refused);
  });
});

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":01}', 6],
    ['[1,2', 4],
    ['[1 2]', 3],
    ['{"a":[1}', 7],
    ['{a:1}', 1],
    ['"é" x', 5],
    ['{} {}', 3],
    ['', 0],
    ['{"a":tru}', 5],
  ])('%s: byte %i', (json, at) => {
    expect(jsonFault(json)).toBe(at);
  });

  it('is the end for every prefix of JSON between two tokens, and never beyond it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const whole = JSON.stringify(value);
        expect(jsonFault(whole)).toBe(Buffer.byteLength(whole));
        const part = whole.slice(0, cut % (whole.length + 1));
        expect(jsonFault(part)).toBeLessThanOrEqual(Buffer.byteLength(part));
      }),
    );
  });
});
