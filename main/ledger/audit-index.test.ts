import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BatchId, KeyId } from '../../shared/ids.ts';
import { Db, sql } from '../keystore/db.ts';
import { vaultFiles } from '../vault/files.ts';
import { act, newVaultId, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../vault/testing/disk-model.ts';
import { Vault, type VaultContext } from '../vault/vault.ts';
import type { AuditFilter } from './audit-query.ts';
import type { LedgerRecord, NewRecord } from './record.ts';

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

const openWith = async (count: number): Promise<{ disk: DiskModel; vault: Vault }> => {
  const disk = new DiskModel();
  const vault = await Vault.createOn(disk, { vaultId: newVaultId() }, context);
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

  it('knows records that were made after it was built', async () => {
    const { vault } = await openWith(3);
    const index = await vault.audit();
    expect((await index.query({ limit: 1 })).total).toBe(4);
    await vault.record([act('later')]);
    const { total, lines } = await index.query({ limit: 1 });
    expect(total).toBe(5);
    expect(lines[0]?.record.action).toBe('later');
    await vault.close();
  });

  it('is not saved for a few records', async () => {
    const { disk, vault } = await openWith(20);
    await vault.audit();
    await vault.close();
    expect(Object.keys(disk.files())).not.toContain(vaultFiles.auditIndex);
  });

  it('is saved, recorded, used again, and goes on from there', async () => {
    const { disk, vault } = await openWith(1500);
    await vault.audit();
    await vault.close();
    const image = disk.files()[vaultFiles.auditIndex] ?? Buffer.alloc(0);
    expect(JSON.parse(ledgerLines(disk).at(-1) ?? '')).toMatchObject({ action: 'audit.index' });
    const again = await Vault.openOn(disk, context);
    await again.record([act('later')]);
    const { total } = await (await again.audit()).query({ limit: 1 });
    expect(total).toBe(1503);
    await again.close();
    // Nothing new was worth saving: so the saved one was really used.
    expect(disk.files()[vaultFiles.auditIndex]).toEqual(image);
  });

  it.each([
    ['edited to hide records', (image: Buffer) => withoutRecord(image)],
    ['cut', (image: Buffer) => image.subarray(0, 9000)],
    ['emptied', () => Buffer.alloc(0)],
    ['replaced by something else', () => Buffer.from('x'.repeat(5000))],
  ])('that was %s is built again without a word', async (_, change) => {
    const { disk, vault } = await openWith(1500);
    await vault.audit();
    await vault.close();
    const files = disk.files();
    const image = files[vaultFiles.auditIndex] ?? Buffer.alloc(0);
    const touched = new DiskModel({ ...files, [vaultFiles.auditIndex]: change(image) });
    const again = await Vault.openOn(touched, context);
    const { total } = await (await again.audit()).query({ limit: 1, action: 'file.encrypt' });
    expect(total).toBe(750);
    await again.close();
  });
});

const withoutRecord = (image: Buffer): Buffer => {
  const db = Db.load(context.sqlJs, image);
  db.run(sql`DELETE FROM records WHERE seq = 2`);
  return db.image();
};
