import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../json/json.ts';
import { encodeRecord, parseLine, type LedgerRecord, type Mark } from './record.ts';
import { RecordScanner } from './record-scanner.ts';

const lines = new RecordScanner();

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
const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: length / 2, maxLength: length / 2 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
const n = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat());
const unbased: fc.Arbitrary<Mark> = fc.record({ session: hex(32), n, mac: hex(32) });
const based: fc.Arbitrary<Mark> = fc.record({
  session: hex(32),
  n,
  base: fc.record({ size: fc.integer({ min: 1, max: 2_000_000 }), root: hex(64) }),
  mac: hex(32),
});
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
    mark: fc.oneof({ weight: 3, arbitrary: unbased }, { weight: 1, arbitrary: based }),
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
  expect(parsed.mark?.base).toBeUndefined();
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
const [session, mac, root] = ['5e'.repeat(16), '0123456789abcdef'.repeat(2), 'c0'.repeat(32)];
const marked: LedgerRecord = { ...plain, mark: { session, n: 12, mac } };
const lineOf = (each: LedgerRecord): Buffer => encodeRecord(each).subarray(0, -1);

describe('reading a record by its bytes', () => {
  it('accepts most records', () => {
    const line = encodeRecord(plain).subarray(0, -1);
    const { seq, time, action } = plain;
    expect(lines.read(line)).toEqual({ seq, time, action });
    const without = encodeRecord(plain).toString().replace(',"code":"wrong-key"', '').trimEnd();
    expect(lines.read(Buffer.from(without))).not.toBeNull();
  });

  it('accepts every mark that is written, apart from those with a base', () => {
    const { seq, time, action } = plain;
    fc.assert(
      fc.property(fc.oneof(unbased, based), (mark) => {
        const each = { ...plain, mark };
        const isSure = mark.base === undefined && mark.n < 10 ** 15;
        expect(lines.read(lineOf(each))).toEqual(isSure ? { seq, time, action } : null);
        expect(parseLine(lineOf(each)).record).toEqual(each);
      }),
    );
  });

  it('leaves records with a keystore, and long ones, to the parser', () => {
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
    ['a year that does not exist', '2026-11-20', '0000-11-20'],
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

  const hostile: readonly (readonly [string, string | RegExp, string])[] = [
    ['upper-case digits of a session', session, session.toUpperCase()],
    ['upper-case digits of a code', mac, mac.toUpperCase()],
    ['one upper-case digit', /f"\}$/, 'F"}'],
    ['31 digits of a session', session, session.slice(1)],
    ['33 digits of a session', session, `${session}0`],
    ['no digits of a session', session, ''],
    ['31 digits of a code', mac, mac.slice(1)],
    ['33 digits of a code', mac, `${mac}0`],
    ['a digit of a session that is none', session, session.replace('5', 'g')],
    ['a digit of a code that is none', mac, mac.replace('0', '/')],
    ['a digit that is a colon', mac, mac.replace('0', ':')],
    ['a digit that is a grave accent', mac, mac.replace('0', '`')],
    ['a session that is a number', `"${session}"`, '5'],
    ['a session that is null', `"${session}"`, 'null'],
    ['a code that is null', `"${mac}"`, 'null'],
    ['a negative number', '"n":12', '"n":-12'],
    ['a fraction', '"n":12', '"n":1.5'],
    ['a number that is not safe', '"n":12', '"n":9007199254740993'],
    ['a number with a leading zero', '"n":12', '"n":012'],
    ['a number in quotation marks', '"n":12', '"n":"12"'],
    ['no number', '"n":12', '"n":null'],
    ['half a mark: no session', `"session":"${session}",`, ''],
    ['half a mark: no number', '"n":12,', ''],
    ['half a mark: no code', `,"mac":"${mac}"`, ''],
    ['half a mark: a session alone', `,"n":12,"mac":"${mac}"`, ''],
    ['half a mark: a code alone', `"session":"${session}","n":12,`, ''],
    ['half a mark: a number alone', /"session":"\w+","n":12,"mac":"\w+"/, '"n":12'],
    [
      'half a mark: a base alone',
      /"session":"\w+","n":12,"mac":"\w+"/,
      `"base":{"size":1,"root":"${root}"}`,
    ],
    ['something behind a mark', /\}$/, ',"more":1}'],
    ['a base without records', ',"mac"', `,"base":{"size":0,"root":"${root}"},"mac"`],
    ['a base that is no head', ',"mac"', `,"base":{"size":1},"mac"`],
    ['a base of 63 digits', ',"mac"', `,"base":{"size":1,"root":"${root.slice(1)}"},"mac"`],
    ['a base in upper case', ',"mac"', `,"base":{"size":1,"root":"${root.toUpperCase()}"},"mac"`],
    ['a base that says more', ',"mac"', `,"base":{"size":1,"root":"${root}","more":1},"mac"`],
    ['a base that is null', ',"mac"', ',"base":null,"mac"'],
  ];

  it.each(hostile)('does not accept %s, and neither does the parser', (_, from, to) => {
    const line = lineOf(marked).toString();
    expect(lines.read(Buffer.from(line))).not.toBeNull();
    const changed = Buffer.from(line.replace(from, to));
    expect(changed.toString()).not.toBe(line);
    expect(lines.read(changed)).toBeNull();
    expect(parseLine(changed).record).toBeNull();
  });

  it.each([
    ['its parts in another order', /"n":12,("mac":"\w+")/, '$1,"n":12'],
    ['it before the details', /("details":.*),("session":.*)\}$/, '$2,$1}'],
    ['minus zero as its number', '"n":12', '"n":-0'],
    ['its number as a fraction', '"n":12', '"n":12.0'],
    ['its number with an exponent', '"n":12', '"n":12e0'],
    ['a part of it twice', '"n":12', '"n":12,"n":12'],
    ['an escaped digit', '"mac":"0', '"mac":"\\u0030'],
    ['blanks in it', '"n":12', '"n": 12'],
  ])('leaves a mark with %s to the parser', (_, from, to) => {
    const line = lineOf(marked).toString();
    const changed = Buffer.from(line.replace(from, to));
    expect(changed.toString()).not.toBe(line);
    expect(lines.read(changed)).toBeNull();
    expect(parseLine(changed).record).not.toBeNull();
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

  it.each([
    ['locked', plain],
    ['in a session', marked],
  ])('accepts no change of a byte of a line written %s that the parser does not', (_, each) => {
    const line = lineOf(each);
    for (let at = 0; at < line.length; at += 1)
      for (const byte of [
        0x00, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x41, 0x5b, 0x5c, 0x5d, 0x61, 0x7b, 0x7d, 0xc3,
      ]) {
        const changed = Buffer.from(line);
        changed[at] = byte;
        expectTruth(changed);
      }
  });
});
