import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchId, KeyId } from '../../shared/ids.ts';
import { encodeRecord, type LedgerRecord, type NewRecord } from '../ledger/record.ts';
import { Db, sql } from '../sqlite/db.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { sha256 } from '../system/sha256.ts';
import { act, testContext } from '../vault/testing/context.ts';
import { createUnlocked } from '../vault/testing/sessions.ts';
import { Vault, type VaultContext } from '../vault/vault.ts';
import type { AuditFilter } from './audit-query.ts';
import { folderIndexCache } from './index-cache.ts';

let context: VaultContext;
beforeAll(async () => {
  context = await testContext();
});

const hex = (digit: string): string => digit.repeat(32);
const keys = ['a', 'b', 'c'].map((digit) => hex(digit) as KeyId);
const batches = ['1', '2'].map((digit) => hex(digit) as BatchId);
const names = ['Vertrag "ÄÖ".pdf', 'report.pdf', 'ledger notes.txt'];

const records = (count: number): NewRecord[] =>
  Array.from({ length: count }, (_, i) => {
    const several = i % 5 === 0 ? { keys } : { key: keys[i % 3] ?? '' };
    const subject = { ...several, batch: batches[i % 2] ?? '', name: names[i % 3] ?? '' };
    const action = i % 2 === 0 ? 'file.encrypt' : 'file.decrypt';
    return i % 7 === 0
      ? { action, subject, outcome: 'failed', code: 'wrong-key', details: { depth: [{ x: i }] } }
      : { action, subject, outcome: 'ok', details: {} };
  });

/** Those of its creation and of the unlock come before these. */
const openWith = async (count: number): Promise<{ disk: DiskModel; vault: Vault }> => {
  const disk = new DiskModel();
  const { vault } = await createUnlocked(disk, context);
  await vault.record(records(count));
  return { disk, vault };
};

const ledgerLines = (disk: DiskModel): string[] =>
  disk.files()[vaultFiles.ledger]?.toString().trimEnd().split('\n') ?? [];

/** The obvious way: look at every line. */
const byReading = (disk: DiskModel, filter: AuditFilter): string[] => {
  const { since, until, key, batch, action, outcome, text } = filter;
  const values = (value: unknown): string[] =>
    typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(values)
      : [String(value)];
  return ledgerLines(disk)
    .filter((line) => {
      const record = JSON.parse(line) as LedgerRecord;
      const { actor, code = '', subject, details } = record;
      const several = Array.isArray(subject['keys']) ? subject['keys'] : [];
      return (
        (since === undefined || record.time >= since) &&
        (until === undefined || record.time < until) &&
        (key === undefined || subject['key'] === key || several.includes(key)) &&
        (batch === undefined || subject['batch'] === batch) &&
        (action === undefined || record.action === action) &&
        (outcome === undefined || record.outcome === outcome) &&
        (text === undefined ||
          values([actor, record.action, code, subject, details]).some((value) =>
            value.toLowerCase().includes(text.toLowerCase()),
          ))
      );
    })
    .toReversed();
};

describe('the audit index', () => {
  it('finds what reading every line finds, newest first, page by page', async () => {
    const { disk, vault } = await openWith(200);
    const index = await vault.audit();
    const all = ledgerLines(disk).map((line) => JSON.parse(line) as LedgerRecord);
    const times = fc.constantFrom(...all.map(({ time }) => time));
    const maybe = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
      fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      since: fc.option(times, { nil: undefined }),
      until: fc.option(times, { nil: undefined }),
      key: maybe(...keys),
      batch: maybe(...batches),
      action: maybe('file.encrypt', 'file.decrypt', 'nothing'),
      outcome: maybe<LedgerRecord['outcome']>('ok', 'failed', 'refused'),
      text: maybe('PDF', 'vertrag "ä', 'wrong-', 'officer', 'subject', '55', 'ledger'),
      limit: fc.constantFrom(1, 7, 500),
      offset: fc.constantFrom(0, 3, 50),
    });
    await fc.assert(
      fc.asyncProperty(filters, async (loose) => {
        const given = Object.entries(loose).filter(([, value]) => value !== undefined);
        const filter = Object.fromEntries(given) as unknown as AuditFilter;
        const expected = byReading(disk, filter);
        const { lines, total } = await index.query(filter);
        const { limit, offset = 0 } = filter;
        expect(lines.map(({ line }) => line)).toEqual(expected.slice(offset, offset + limit));
        expect(total).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
    await vault.close();
  });

  it('includes records that were made after it was built', async () => {
    const { vault } = await openWith(3);
    const index = await vault.audit();
    expect((await index.query({ limit: 1 })).total).toBe(5);
    await vault.record([act('later')]);
    const { total, lines } = await index.query({ limit: 1 });
    expect(total).toBe(6);
    expect(lines[0]?.record.action).toBe('later');
    await vault.close();
  });
});

it('finds no record of an earlier search because of what was searched for', async () => {
  const { vault } = await openWith(3);
  const index = await vault.audit();
  const search = async (): Promise<number> =>
    (await index.query({ text: 'REPORT.pdf', limit: 9 })).total;
  expect(await search()).toBe(1);
  const details = { text: 'REPORT.pdf', found: 1 };
  await vault.recordLook({ action: 'audit.view', subject: {}, outcome: 'ok', details });
  expect(await search()).toBe(1);
  expect((await index.query({ text: 'audit.view', limit: 9 })).total).toBe(1);
});

describe('the audit index in the cache of the user', () => {
  let home: string;
  let cached: VaultContext;
  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'claviger-index-'));
    cached = { ...(await testContext()), indexCache: folderIndexCache(path.join(home, 'cache')) };
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const kept = (): string[] => {
    const folder = path.join(home, 'cache');
    return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  };

  /** A vault whose index was built and kept. */
  const grown = async (count: number): Promise<DiskModel> => {
    const disk = new DiskModel();
    const { vault } = await createUnlocked(disk, cached);
    await vault.record(records(count));
    await vault.audit();
    await vault.close();
    return disk;
  };

  const encrypted = async (disk: DiskModel): Promise<number> => {
    const vault = await Vault.openOn(disk.store(), cached);
    const { total } = await (await vault.audit()).query({ limit: 1, action: 'file.encrypt' });
    await vault.close();
    return total;
  };

  it('is not saved for a few records', async () => {
    await grown(20);
    expect(kept()).toEqual([]);
  });

  it('is saved for this user only, neither in the vault nor recorded', async () => {
    const disk = await grown(1500);
    const [file = '', ...more] = kept();
    expect(more).toEqual([]);
    expect([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(Object.keys(disk.files())).not.toContain(vaultFiles.oldAuditIndex);
    expect(ledgerLines(disk).join()).not.toContain('audit.index');
  });

  it('is used again, and continued', async () => {
    const disk = await grown(1500);
    const [file = ''] = kept();
    const before = readFileSync(file);
    const again = await Vault.openOn(disk.store(), cached);
    await again.record([act('audit.view')]);
    expect((await (await again.audit()).query({ limit: 1 })).total).toBe(1503);
    await again.close();
    // Nothing new was worth keeping: so the kept one was really used.
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.each([
    ['cut', (image: Buffer) => image.subarray(0, 9000)],
    ['emptied', () => Buffer.alloc(0)],
    ['damaged', (image: Buffer) => Buffer.concat([image.subarray(0, -1), Buffer.from('!')])],
    ['replaced by something else', () => Buffer.from('x'.repeat(5000))],
  ])('that was %s is silently rebuilt', async (_, change) => {
    const disk = await grown(1500);
    const [file = ''] = kept();
    writeFileSync(file, change(readFileSync(file)));
    expect(await encrypted(disk)).toBe(750);
  });

  it('of another copy of the vault that was changed differently is rebuilt', async () => {
    const disk = await grown(1500);
    const files = disk.files();
    const lines = ledgerLines(disk);
    const fewer = lines.map((line) => line.replace('file.encrypt', 'file.decrypt'));
    const ledger = Buffer.from(fewer.map((line) => `${line}\n`).join(''));
    expect(await encrypted(new DiskModel({ ...files, [vaultFiles.ledger]: ledger }))).toBe(0);
    const short = Buffer.from(
      lines
        .slice(0, 102)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const cut = await encrypted(new DiskModel({ ...files, [vaultFiles.ledger]: short }));
    expect(cut).toBe(50);
  });

  it('that is in a vault is ignored, and removed with the next write', async () => {
    const disk = await grown(1500);
    const image = withoutRecords(readFileSync(kept()[0] ?? '').subarray(32));
    rmSync(kept()[0] ?? '');
    const size = ledgerLines(disk).length;
    const record = {
      ...{ seq: size + 1, time: '2026-01-02T00:00:00.000Z', clock: 'test' },
      actor: { user: 'officer', host: 'desk-4', app: 'claviger/0.1.0', token: null },
      ...{ action: 'audit.index', subject: {}, outcome: 'ok' as const },
      details: { sha256: sha256(image), size },
    };
    const ledger = Buffer.concat([
      disk.files()[vaultFiles.ledger] ?? Buffer.alloc(0),
      encodeRecord(record),
    ]);
    const old = { [vaultFiles.ledger]: ledger, [vaultFiles.oldAuditIndex]: image };
    const planted = new DiskModel({ ...disk.files(), ...old });
    expect(await encrypted(planted)).toBe(750);
    expect(Object.keys(planted.files())).toContain(vaultFiles.oldAuditIndex);
    const vault = await Vault.openOn(planted.store(), cached);
    await vault.record([act('audit.view')]);
    await vault.close();
    expect(Object.keys(planted.files())).not.toContain(vaultFiles.oldAuditIndex);
  });
});

const withoutRecords = (image: Buffer): Buffer => {
  const db = Db.load(context.sqlJs, image);
  db.run(sql`DELETE FROM records`);
  return db.image();
};
