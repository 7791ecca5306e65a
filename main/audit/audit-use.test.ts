import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { SqlJsStatic } from 'sql.js';
import type { Action } from '../../shared/actions.ts';
import type { LedgerRecord, NewRecord } from '../ledger/record.ts';
import { Db } from '../sqlite/db.ts';
import { loadSqlJs } from '../sqlite/sql-js.ts';
import { createAuditTables } from './audit-schema.ts';
import { QUARTER_MS, readActions, readActivity, readUses } from './audit-use.ts';
import { AuditWriter } from './audit-writer.ts';

let sqlJs: SqlJsStatic;
beforeAll(async () => {
  sqlJs = await loadSqlJs();
});

const [first, second] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];

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

const file = (action: Action, time: string, more: Partial<NewRecord> = {}) => ({
  time,
  action,
  subject: { key: first, version: 1 },
  outcome: 'ok' as const,
  details: {},
  ...more,
});

it('counts the files of every key they were encrypted under', () => {
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
