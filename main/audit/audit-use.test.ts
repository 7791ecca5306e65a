import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { SqlJsStatic } from 'sql.js';
import type { Action } from '../../shared/actions.ts';
import type { LedgerRecord, NewRecord } from '../ledger/record.ts';
import { Db } from '../sqlite/db.ts';
import { loadSqlJs } from '../sqlite/sql-js.ts';
import { createAuditTables } from './audit-schema.ts';
import { QUARTER_MS, readActions, readActivity, readRefusedUse, readUses } from './audit-use.ts';
import { AuditWriter } from './audit-writer.ts';
import { fileNumber, readSharedFiles } from './known-files.ts';

let sqlJs: SqlJsStatic;
beforeAll(async () => {
  sqlJs = await loadSqlJs();
});

const [first, second] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];

const NOON = '2026-01-01T12:00:00.000Z';

const indexOf = (records: readonly (NewRecord & { readonly time: string })[]): Db => {
  const db = Db.empty(sqlJs);
  createAuditTables(db);
  const writer = new AuditWriter(db);
  const actor = { user: 'ada', host: 'desk', app: 'claviger/0', token: null };
  records.forEach((record, i) => {
    const full: LedgerRecord = { ...record, seq: i + 1, clock: 'system', actor };
    db.transaction(() => writer.add([{ record: full, start: i, length: 1 }]));
  });
  return db;
};

const file = (action: Action, time: string, more: Partial<NewRecord> = {}, path = time) => ({
  time,
  action,
  subject: { key: first, version: 1, input: path, output: path },
  outcome: 'ok' as const,
  details: {},
  ...more,
});

it('counts the files that a key version decrypts', () => {
  const keys = [
    { key: first, version: 2 },
    { key: second, version: 1 },
  ];
  const db = indexOf([
    file('file.encrypt', '2026-01-01T10:00:00.000Z'),
    file('file.encrypt', '2026-01-02T10:00:00.000Z', { details: { keys } }),
    file('file.decrypt', '2026-01-03T10:00:00.000Z'),
    file('file.encrypt', '2026-01-04T10:00:00.000Z', { outcome: 'failed', code: 'io' }),
    file('key.create', '2026-01-05T10:00:00.000Z'),
  ]);
  const uses = readUses(db).map(({ key, version, files, last }) => [key, version, files, last]);
  expect(uses).toHaveLength(3);
  expect(uses).toContainEqual([first, 1, 1, '2026-01-03T10:00:00.000Z']);
  expect(uses).toContainEqual([first, 2, 1, '2026-01-02T10:00:00.000Z']);
  expect(uses).toContainEqual([second, 1, 1, '2026-01-02T10:00:00.000Z']);
  expect(readActions(db)).toEqual(['file.decrypt', 'file.encrypt', 'key.create']);
});

it('counts refused uses by the key versions that they name', () => {
  const refused = { outcome: 'refused' as const, code: 'key-state' };
  const keys = [
    { key: first, version: 1 },
    { key: second, version: 3 },
  ];
  const db = indexOf([
    file('file.decrypt', '2026-01-02T10:00:00.000Z', { ...refused, details: { keys } }),
    file('batch.refuse', '2026-01-03T10:00:00.000Z', refused),
    file('file.encrypt', '2026-01-01T10:00:00.000Z', refused),
    // Neither a use that failed for another reason, nor an act on the key.
    file('file.decrypt', '2026-01-04T10:00:00.000Z', { outcome: 'failed', code: 'io' }),
    file('key.resume', '2026-01-05T10:00:00.000Z', refused),
  ]);
  expect(readRefusedUse(db, slot(first, 1))).toEqual({
    times: 3,
    last: '2026-01-03T10:00:00.000Z',
  });
  expect(readRefusedUse(db, slot(second, 3))?.times).toBe(1);
  expect(readRefusedUse(db, slot(second, 1))).toBeNull();
  expect(readUses(db)).toEqual([]);
});

it('adds files up by quarters of an hour', () => {
  const db = indexOf([
    file('file.encrypt', '2026-01-01T10:00:00.000Z'),
    file('file.encrypt', '2026-01-01T10:14:59.999Z'),
    file('file.encrypt', '2026-01-01T10:15:00.000Z'),
    file('file.verify', '2026-01-01T10:15:00.000Z', { outcome: 'failed', code: 'io' }),
  ]);
  const startMs = Date.parse('2026-01-01T10:00:00.000Z');
  const encrypted = { action: 'file.encrypt', outcome: 'ok' };
  const next = startMs + QUARTER_MS;
  const all = readActivity(db, startMs);
  expect(all).toHaveLength(3);
  expect(all).toContainEqual({ ...encrypted, startMs, files: 2 });
  expect(all).toContainEqual({ ...encrypted, startMs: next, files: 1 });
  expect(all).toContainEqual({ action: 'file.verify', outcome: 'failed', startMs: next, files: 1 });
  expect(readActivity(db, next)).toHaveLength(2);
});

const slot = (key: string, version: number) => ({ key, version });
const [one, two, other] = [slot(first, 1), slot(first, 2), slot(second, 1)];

const encrypted = (path: string, ...keys: { key: string; version: number }[]) =>
  file('file.encrypt', NOON, { details: { keys } }, path);
type Slots = ReturnType<typeof slot>[];

const rewrapped = (path: string, before: Slots, after: Slots) =>
  file('file.rewrap', NOON, { details: { before, after } }, path);

const filesOf = (db: Db): Record<string, [files: number, moved: number]> =>
  Object.fromEntries(
    readUses(db).map(({ key, version, files, moved }) => [
      `${key === first ? 'first' : 'second'}/${version}`,
      [files, moved],
    ]),
  );

it('keeps the entry of a file whose replacement got another name, or none', () => {
  const failed = { outcome: 'failed' as const, code: 'io' };
  const db = indexOf([
    encrypted('/replaced', one),
    encrypted('/replaced', two),
    // Recorded, but not on the disk: the older ones are still there.
    encrypted('/kept', one),
    encrypted('/kept', two),
    file('file.publish', NOON, failed, '/kept'),
    // Told again when the batch is resumed.
    file('file.publish', NOON, failed, '/kept'),
    encrypted('/both', one),
    encrypted('/both', other),
    file('file.rename', NOON, { details: { planned: '/both' } }, '/both (2)'),
  ]);
  expect(filesOf(db)).toEqual({ 'first/1': [2, 0], 'first/2': [1, 0], 'second/1': [1, 0] });
});

it('knows which files a version opens after rewraps, renames and failures', () => {
  const db = indexOf([
    encrypted('/a', one),
    encrypted('/b', one, other),
    encrypted('/c', one),
    // The output got another name, or none.
    encrypted('/d', one),
    file('file.rename', NOON, { details: { planned: '/d' } }, '/d (2)'),
    // Known from before; it was deleted since.
    encrypted('/g (2)', one, other),
    encrypted('/g', two),
    file('file.rename', NOON, { details: { planned: '/g' } }, '/g (2)'),
    encrypted('/e', one),
    file('file.publish', NOON, { outcome: 'failed', code: 'io' }, '/e'),
    rewrapped('/a', [one], [two]),
    rewrapped('/d (2)', [one], [two]),
    // Encrypted again in the same place.
    encrypted('/c', two),
    file('file.rewrap', NOON, { outcome: 'failed', code: 'io' }, '/b'),
  ]);
  expect(filesOf(db)).toEqual({ 'first/1': [1, 2], 'first/2': [4, 0], 'second/1': [1, 0] });
});

it('knows that a file still has its old slots where its new copy did not get its name', () => {
  const db = indexOf([
    encrypted('/a', one),
    rewrapped('/a', [one], [two]),
    file('file.publish', NOON, { outcome: 'failed', code: 'io', details: { slots: [one] } }, '/a'),
  ]);
  expect(filesOf(db)).toMatchObject({ 'first/1': [1, 1], 'first/2': [0, 0] });
});

it('distinguishes files that only one version decrypts', () => {
  const foreign = slot(randomBytes(16).toString('hex'), 4);
  const db = indexOf([
    encrypted('/a', one),
    encrypted('/b', one),
    encrypted('/c', one, other),
    encrypted('/d', two, other),
    rewrapped('/e', [one], [one, foreign]),
  ]);
  const shared = readSharedFiles(db, one);
  expect(shared).toHaveLength(3);
  expect(shared).toContainEqual({ files: 2, others: [] });
  expect(shared).toContainEqual({ files: 1, others: [other] });
  expect(shared).toContainEqual({ files: 1, others: [foreign] });
  expect(readSharedFiles(db, slot(first, 3))).toEqual([]);
});

it('gives every path a number that SQLite and JavaScript both hold', () => {
  const numbers = Array.from({ length: 10_000 }, (_, i) => fileNumber(`/folder/${i}`));
  expect(new Set(numbers).size).toBe(10_000);
  expect(numbers.every((number) => Number.isSafeInteger(number))).toBe(true);
});
