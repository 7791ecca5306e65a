import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, parseLine, type Json, type LedgerRecord } from './record.ts';
import { WrittenLines } from './written-line.ts';

const lines = new WrittenLines();

const name = fc.oneof(
  fc.constantFrom('bytes', 'key', 'input', 'keystore', '1', '007', '__proto__', ''),
  fc.string({ maxLength: 8 }),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 4 }),
  ),
}));
const object = fc.dictionary(name, json, { maxKeys: 5 });
const text = fc.string({ maxLength: 10 });
const record: fc.Arbitrary<LedgerRecord> = fc.record(
  {
    seq: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.maxSafeInteger()),
    time: fc
      .oneof(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999') }),
        fc.constantFrom(new Date('2026-02-28T23:59:59.999Z'), new Date('2024-02-29T00:00:00.000Z')),
      )
      .map((date) => date.toISOString()),
    clock: text,
    actor: fc.record({
      user: text,
      host: text,
      app: text,
      token: fc.option(fc.record({ label: text, serial: text })),
    }),
    action: fc.oneof(fc.constantFrom('file.encrypt', 'vault.lock'), text),
    subject: object,
    outcome: fc.constantFrom('ok', 'refused', 'failed'),
    code: text,
    details: object,
  },
  { requiredKeys: ['seq', 'time', 'clock', 'actor', 'action', 'subject', 'outcome', 'details'] },
);

/** What is accepted must be what parsing and writing again would have accepted. */
const expectTruth = (line: Buffer): void => {
  const written = lines.read(line);
  if (written === null) return;
  const { record: parsed } = parseLine(line);
  expect(parsed).toMatchObject(written);
  if (parsed === null) return;
  expect(encodeRecord(parsed).subarray(0, -1)).toEqual(line);
  expect(parsed.details).not.toHaveProperty('keystore');
};

const plain: LedgerRecord = {
  seq: 1234,
  time: '2026-11-20T12:58:02.123Z',
  clock: 'system',
  actor: {
    user: 'officer',
    host: 'desk-4',
    app: 'claviger/1',
    token: { label: 'HSM', serial: '1' },
  },
  action: 'file.encrypt',
  subject: { input: '/home/officer/a.pdf', key: 'ab', version: 1, list: [], none: null },
  outcome: 'failed',
  code: 'wrong-key',
  details: { bytes: 0, more: { deep: [1, -2, true, false, {}] }, sha256: 'ab'.repeat(32) },
};

describe('reading a record by its bytes', () => {
  it('accepts what most records are', () => {
    const line = encodeRecord(plain).subarray(0, -1);
    const { seq, time, action } = plain;
    expect(lines.read(line)).toEqual({ seq, time, action });
    const without = encodeRecord(plain).toString().replace(',"code":"wrong-key"', '').trimEnd();
    expect(lines.read(Buffer.from(without))).not.toBeNull();
  });

  it('leaves what names a keystore, and what is long, to the parser', () => {
    const named = { ...plain, details: { ...plain.details, keystore: 'ab'.repeat(32) } };
    expect(lines.read(encodeRecord(named).subarray(0, -1))).toBeNull();
    const long = Buffer.from(
      encodeRecord(plain)
        .toString()
        .replace('officer', 'i'.repeat(1 << 20)),
    );
    expect(lines.read(long.subarray(0, -1))).toBeNull();
  });

  it.each([
    ['a name twice', '"bytes":0', '"bytes":1,"bytes":0'],
    ['numbers as names out of order', '"bytes":0', '"2":0,"1":0'],
    ['a blank', '"bytes":0', '"bytes": 0'],
    ['a leading zero', '"seq":1234', '"seq":01234'],
    ['minus zero', '"bytes":0', '"bytes":-0'],
    ['a fraction', '"bytes":0', '"bytes":0.0'],
    ['an exponent', '"bytes":0', '"bytes":1e3'],
    ['an integer that is not safe', '"bytes":0', '"bytes":9007199254740993'],
    ['an escape', '"input":"/', '"input":"\\/'],
    ['a day that does not exist', '2026-11-20', '2026-02-31'],
    ['a month that does not exist', '2026-11-20', '2026-13-20'],
    ['an hour that does not exist', 'T12:58', 'T24:58'],
    ['no action', '"file.encrypt"', '""'],
    ['another order', '"clock":"system",', ''],
    ['an unknown outcome', '"failed"', '"maybe"'],
    ['a comma too much', '"list":[]', '"list":[1,]'],
    ['something behind it', /\}$/, '} '],
  ])('does not accept %s', (_, from, to) => {
    const line = encodeRecord(plain).toString().trimEnd();
    expect(line.replace(from, to)).not.toBe(line);
    expect(lines.read(Buffer.from(line.replace(from, to)))).toBeNull();
  });

  it('accepts nothing that parsing and writing it again would not accept', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.nat({ max: 255 }), (each, at, byte) => {
        const line = Buffer.from(encodeRecord(each).subarray(0, -1));
        expectTruth(line);
        line[at % line.length] = byte;
        expectTruth(line);
        expectTruth(Buffer.concat([line.subarray(0, at % line.length), line]));
        expectTruth(Buffer.from(line.subarray(at % line.length)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts no change of a single byte that the parser does not accept', () => {
    const line = encodeRecord(plain).subarray(0, -1);
    for (let at = 0; at < line.length; at += 1)
      for (const byte of [
        0x00, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0xc3,
      ]) {
        const changed = Buffer.from(line);
        changed[at] = byte;
        expectTruth(changed);
      }
  });
});
