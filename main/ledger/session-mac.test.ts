import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerHead } from '../pki/checkpoint.ts';
import {
  encodeRecord,
  isMarked,
  parseLine,
  type LedgerRecord,
  type MarkedRecord,
} from './record.ts';
import { endOf, SESSION_KEY_BYTES, SessionCheck, SessionMarks } from './session-mac.ts';

const keyOf = (byte: number): Uint8Array => new Uint8Array(SESSION_KEY_BYTES).fill(byte);
const [ours, others] = ['5e'.repeat(16), '07'.repeat(16)];
const actor = { user: 'officer', host: 'desk-4', app: 'claviger/0.1.0', token: null };

interface Act {
  readonly record: LedgerRecord;
  readonly base: LedgerHead | null;
}

const json = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 1 }), {
  maxKeys: 3,
});
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const act: fc.Arbitrary<Act> = fc.record({
  record: fc
    .record({
      seq: fc.integer({ min: 1, max: 1_000_000 }),
      second: fc.nat({ max: 59 }),
      action: fc.constantFrom('file.encrypt', 'key.create', 'vault.unlock'),
      subject: json,
      outcome: fc.constantFrom('ok' as const, 'failed' as const),
      code: fc.option(fc.constantFrom('wrong-key', 'io'), { nil: undefined }),
      details: json,
    })
    .map(({ second, code, ...rest }) => ({
      ...rest,
      time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
      clock: 'test',
      actor,
      ...(code === undefined ? {} : { code }),
      // As they come back from a file: without names that JSON does not keep.
      subject: JSON.parse(JSON.stringify(rest.subject)) as LedgerRecord['subject'],
      details: JSON.parse(JSON.stringify(rest.details)) as LedgerRecord['details'],
    })),
  base: fc.option(
    fc.record({
      size: fc.integer({ min: 1, max: 99 }),
      root: hex.map((bytes) => bytes.toString('hex')),
    }),
  ),
});
const acts = fc.array(act, { minLength: 1, maxLength: 6 });

/** The lines of one session, as they come back from the file. */
const chainOf = (all: readonly Act[], id = ours, key = keyOf(1)): MarkedRecord[] => {
  const marks = new SessionMarks(id, Uint8Array.from(key));
  return all.map(({ record, base }) => reread(marks.mark(record, base)));
};

const reread = (record: MarkedRecord): MarkedRecord => {
  const parsed = parseLine(encodeRecord(record).subarray(0, -1)).record;
  if (parsed === null || !isMarked(parsed)) throw new Error('it was marked');
  return parsed;
};

/** How many of the lines are accepted before the first that is not. */
const accepted = (lines: readonly MarkedRecord[], check = checkFrom(null)): number => {
  const refused = lines.findIndex((line) => !check.accepts(line));
  return refused === -1 ? lines.length : refused;
};

const checkFrom = (last: MarkedRecord | null, key = keyOf(1)): SessionCheck =>
  new SessionCheck(key, last === null ? null : endOf(last.mark));

describe('the code of a line', () => {
  const record: LedgerRecord = {
    seq: 7,
    time: '2026-01-01T00:00:00.000Z',
    clock: 'test',
    actor: { ...actor, token: { label: 'hsm', serial: '42' } },
    action: 'file.encrypt',
    subject: { name: 'ä.pdf' },
    outcome: 'failed',
    code: 'wrong-key',
    details: { bytes: 3 },
  };
  const root = '0a'.repeat(32);
  const text =
    '{"time":"2026-01-01T00:00:00.000Z","clock":"test",' +
    '"actor":{"user":"officer","host":"desk-4","app":"claviger/0.1.0",' +
    '"token":{"label":"hsm","serial":"42"}},' +
    '"action":"file.encrypt","subject":{"name":"ä.pdf"},"outcome":"failed","code":"wrong-key",' +
    `"details":{"bytes":3},"session":"${ours}"`;
  const macOf = (...pieces: readonly (string | Uint8Array)[]): Buffer => {
    const mac = createHmac('sha256', keyOf(1));
    for (const piece of pieces) mac.update(piece);
    return mac.digest().subarray(0, 16);
  };

  it('is half an HMAC-SHA-256 over the code before it and the line without seq and mac', () => {
    const marks = new SessionMarks(ours, keyOf(1));
    const first = marks.mark(record, { size: 6, root });
    const firstMac = macOf(`${text},"n":0,"base":{"size":6,"root":"${root}"}}`);
    expect(first.mark.mac).toBe(firstMac.toString('hex'));
    const second = marks.mark({ ...record, seq: 8 }, null);
    expect(second.mark.mac).toBe(macOf(firstMac, `${text},"n":1}`).toString('hex'));
    expect(accepted([first, second])).toBe(2);
  });

  it('is the last value of the line', () => {
    const marks = new SessionMarks(ours, keyOf(1));
    const { mark, ...rest } = marks.mark(record, { size: 6, root });
    const line = encodeRecord({ ...rest, mark }).toString();
    expect(line).toBe(
      `{"seq":7,${text.slice(1)},"n":0,"base":{"size":6,"root":"${root}"},"mac":"${mark.mac}"}\n`,
    );
  });
});

describe('the lines of a session', () => {
  it('verify from their start, and from any known line', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, cut) => {
        const lines = chainOf(all);
        expect(lines.map(({ mark }) => mark.n)).toEqual(lines.map((_, n) => n));
        expect(accepted(lines)).toBe(lines.length);
        const known = cut % lines.length;
        const rest = lines.slice(known + 1);
        expect(accepted(rest, checkFrom(lines[known] ?? null))).toBe(rest.length);
      }),
    );
  });

  it('may be renumbered in a shared ledger', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 10 ** 9 }), (all, seq) => {
        const lines = chainOf(all).map((line, at) => ({ ...line, seq: seq + at }));
        expect(accepted(lines)).toBe(lines.length);
      }),
    );
  });

  const edits: readonly (readonly [string, (line: MarkedRecord) => MarkedRecord])[] = [
    ['time', (line) => ({ ...line, time: '2027-01-01T00:00:00.000Z' })],
    ['clock', (line) => ({ ...line, clock: 'other' })],
    ['user', (line) => ({ ...line, actor: { ...line.actor, user: 'other' } })],
    ['host', (line) => ({ ...line, actor: { ...line.actor, host: 'other' } })],
    ['program', (line) => ({ ...line, actor: { ...line.actor, app: 'other' } })],
    ['token', (line) => ({ ...line, actor: { ...line.actor, token: { label: '', serial: '' } } })],
    ['action', (line) => ({ ...line, action: 'file.verify' })],
    ['subject', (line) => ({ ...line, subject: { ...line.subject, 'more ': 1 } })],
    ['outcome', (line) => ({ ...line, outcome: 'refused' })],
    ['code', (line) => ({ ...line, code: 'other' })],
    ['details', (line) => ({ ...line, details: { ...line.details, 'more ': 1 } })],
    ['session', (line) => ({ ...line, mark: { ...line.mark, session: others } })],
    ['number', (line) => ({ ...line, mark: { ...line.mark, n: line.mark.n + 1 } })],
    [
      'base',
      (line) => ({ ...line, mark: { ...line.mark, base: { size: 100, root: '0a'.repeat(32) } } }),
    ],
    [
      'being based or not',
      ({ mark: { base, ...mark }, ...line }) => ({
        ...line,
        mark: base === undefined ? { ...mark, base: { size: 1, root: '0a'.repeat(32) } } : mark,
      }),
    ],
    ['code of authentication', (line) => ({ ...line, mark: { ...line.mark, mac: flipped(line) } })],
  ];
  const flipped = ({ mark: { mac } }: MarkedRecord): string =>
    `${(Number.parseInt(mac.slice(0, 1), 16) ^ 1).toString(16)}${mac.slice(1)}`;

  it.each(edits)('are refused with another %s, which leaves the others as they are', (_, edit) => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, which) => {
        const lines = chainOf(all);
        const at = which % lines.length;
        const [line] = lines.slice(at);
        if (line === undefined) return;
        expect(accepted(lines.with(at, reread(edit(line))))).toBe(at);
        const check = checkFrom(null);
        expect(accepted(lines.slice(0, at), check)).toBe(at);
        expect(check.accepts(edit(line))).toBe(false);
        expect(accepted(lines.slice(at), check)).toBe(lines.length - at);
      }),
    );
  });

  it('are refused with any of their bytes changed, unless they say the same', () => {
    fc.assert(
      fc.property(acts, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (all, which, where, byte) => {
        const lines = chainOf(all);
        const at = which % lines.length;
        const [line] = lines.slice(at);
        if (line === undefined) return;
        const bytes = Buffer.from(encodeRecord(line).subarray(0, -1));
        bytes[where % bytes.length] = byte;
        const { record } = parseLine(bytes);
        if (record === null || !isMarked(record)) return;
        const says = (each: MarkedRecord): string => JSON.stringify({ ...each, seq: 0 });
        const expected = says(record) === says(line) ? lines.length : at;
        expect(accepted(lines.with(at, record))).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  const several = fc.tuple(fc.array(act, { minLength: 2, maxLength: 6 }), fc.nat(), fc.nat());
  /** Two places, the first before the second. */
  const places = (count: number, a: number, b: number): [number, number] => {
    const first = a % (count - 1);
    return [first, first + 1 + (b % (count - 1 - first))];
  };
  const renumbered = (lines: readonly MarkedRecord[]): MarkedRecord[] =>
    lines.map((line, n) => ({ ...line, seq: n + 1, mark: { ...line.mark, n } }));

  it('are refused after a removed line', () => {
    fc.assert(
      fc.property(several, ([all, a, b]) => {
        const lines = chainOf(all);
        const [at] = places(lines.length, a, b);
        const without = lines.toSpliced(at, 1);
        expect(accepted(without)).toBe(at);
        expect(accepted(renumbered(without))).toBe(at);
      }),
    );
  });

  it('are refused from two exchanged lines on', () => {
    fc.assert(
      fc.property(several, ([all, a, b]) => {
        const lines = chainOf(all);
        const [first, second] = places(lines.length, a, b);
        const [one, two] = [lines[first], lines[second]];
        if (one === undefined || two === undefined) return;
        const exchanged = lines.with(first, two).with(second, one);
        expect(accepted(exchanged)).toBe(first);
        expect(accepted(renumbered(exchanged))).toBe(first);
      }),
    );
  });

  it('are refused from a repeated line on', () => {
    fc.assert(
      fc.property(several, ([all, a, b]) => {
        const lines = chainOf(all);
        const [first, second] = places(lines.length, a, b);
        const repeated = lines.toSpliced(second, 0, ...lines.slice(first, first + 1));
        expect(accepted(repeated)).toBe(second);
        expect(accepted(renumbered(repeated))).toBe(second);
        expect(accepted([...lines, ...lines])).toBe(lines.length);
      }),
    );
  });

  it('are refused from a line of another session or key on', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, which) => {
        const lines = chainOf(all);
        const at = which % lines.length;
        const strangers = [chainOf(all, others, keyOf(2)), chainOf(all, ours, keyOf(2))];
        for (const strange of strangers)
          expect(accepted([...lines.slice(0, at), ...strange.slice(at)])).toBe(at);
        // Even where two sessions had the same key, a line would belong to one of them.
        for (const strange of [...strangers, chainOf(all, others)]) {
          const named = strange.map((line) => ({ ...line, mark: { ...line.mark, session: ours } }));
          expect(accepted([...lines.slice(0, at), ...named.slice(at)])).toBe(at);
        }
        expect(accepted(lines, checkFrom(null, keyOf(2)))).toBe(0);
      }),
    );
  });

  it('are refused after other lines than they were written after, with the same key or not', () => {
    fc.assert(
      fc.property(several, ([all, a, b]) => {
        const lines = chainOf(all);
        const [at] = places(lines.length, a, b);
        // The same acts from `at + 1` on, behind one line that was different.
        const [line] = all.slice(at);
        if (line === undefined) return;
        const other = { ...line, record: { ...line.record, clock: 'other' } };
        const strange = chainOf(all.with(at, other));
        const spliced = [...lines.slice(0, at + 1), ...strange.slice(at + 1)];
        expect(accepted(spliced)).toBe(at + 1);
      }),
    );
  });
});

describe('the key of a session', () => {
  const record: LedgerRecord = {
    seq: 1,
    time: '2026-01-01T00:00:00.000Z',
    clock: 'test',
    actor,
    action: 'vault.unlock',
    subject: {},
    outcome: 'ok',
    details: {},
  };

  it.each([0, 16, 31, 33])('does not have %i bytes', (length) => {
    expect(() => new SessionMarks(ours, new Uint8Array(length))).toThrow('32 bytes');
  });

  it('is zeroised at the end, after which nothing is marked', () => {
    const whole = new Uint8Array(3 * SESSION_KEY_BYTES).fill(9);
    const key = whole.subarray(SESSION_KEY_BYTES, 2 * SESSION_KEY_BYTES);
    const marks = new SessionMarks(ours, key);
    marks.mark(record, null);
    marks.erase();
    expect(key).toEqual(new Uint8Array(SESSION_KEY_BYTES));
    // And nothing beside it.
    expect(whole.filter((byte) => byte === 9)).toHaveLength(2 * SESSION_KEY_BYTES);
    expect(() => marks.mark(record, null)).toThrow('has ended');
  });

  it('is copied for a check, and erased afterwards', () => {
    const lines = chainOf([{ record, base: null }]);
    const key = keyOf(1);
    const check = new SessionCheck(key, null);
    key.fill(0);
    expect(accepted(lines, check)).toBe(1);
    check.erase();
    const given = keyOf(1);
    const erased = new SessionCheck(given, null);
    erased.erase();
    expect(accepted(lines, erased)).toBe(0);
    expect(given).toEqual(keyOf(1));
  });
});
