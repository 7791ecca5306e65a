import { beforeAll, describe, expect, it } from 'vitest';
import type { LedgerHead } from '../pki/checkpoint.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { act, testContext } from './testing/context.ts';
import { createUnlocked } from './testing/sessions.ts';
import { verifyLedger } from './verify.ts';

let files: Record<string, Buffer>;
let head: LedgerHead;
let earlier: LedgerHead;
beforeAll(async () => {
  const disk = new DiskModel();
  const { vault } = await createUnlocked(disk, await testContext());
  await vault.record([act('file.encrypt', 'report 1.pdf'), act('file.decrypt')]);
  earlier = vault.head;
  await vault.commit(
    ({ seals }) => seals.reserve('master', 10),
    () => act('seals.reserve'),
  );
  // Behind the newest checkpoint, which the commit made.
  await vault.record([act('file.verify', 'report 3.pdf')]);
  head = vault.head;
  await vault.close();
  files = disk.files();
});

const withLedger = (change: (ledger: Buffer) => Buffer): DiskModel =>
  new DiskModel({ ...files, [vaultFiles.ledger]: change(ledgerBytes()) });
const ledgerBytes = (): Buffer => Buffer.from(files[vaultFiles.ledger] ?? Buffer.alloc(0));
const lines = (ledger: Buffer): string[] => ledger.toString().trimEnd().split('\n');
const joined = (all: readonly string[]): Buffer => Buffer.from(`${all.join('\n')}\n`);

/** What a head says that is known from elsewhere, whatever the checkpoints in the folder say. */
const untrusted: unknown = expect.objectContaining({
  kind: 'damage',
  problem: expect.stringMatching(
    /match a trusted checkpoint|a trusted checkpoint covers 6/,
  ) as string,
});

describe('verifying a ledger', () => {
  it('finds nothing in an intact ledger, and the same head as the vault', async () => {
    const verdict = await verifyLedger(new DiskModel(files).store(), { heads: [earlier, head] });
    expect(verdict).toMatchObject({ ...head, signed: 5, findings: [], total: 0 });
  });

  it('finds every single changed byte by a head that is trusted', async () => {
    for (let at = 0; at < ledgerBytes().length; at += 1) {
      const changed = withLedger((ledger) => {
        ledger[at] = (ledger[at] ?? 0) ^ 1;
        return ledger;
      });
      const { findings } = await verifyLedger(changed.store(), { heads: [head] });
      expect(findings).toContainEqual(untrusted);
    }
  });

  it('finds every cut by a head that is trusted', async () => {
    for (let length = 0; length < ledgerBytes().length; length += 1) {
      const cut = withLedger((ledger) => ledger.subarray(0, length));
      const { findings } = await verifyLedger(cut.store(), { heads: [head] });
      expect(findings).toContainEqual(untrusted);
    }
  });

  it('names the record and the byte', async () => {
    const start = (lines(ledgerBytes())[0]?.length ?? 0) + 1;
    const at = start + (lines(ledgerBytes())[1]?.indexOf('"action"') ?? 0);
    const broken = withLedger((ledger) => {
      ledger[at] = 0x21;
      return ledger;
    });
    const { findings } = await verifyLedger(broken.store());
    const problem = 'Record 2 was changed after it was signed.';
    expect(findings).toEqual([
      { kind: 'damage', record: 2, byte: start, problem },
      { kind: 'damage', record: 2, byte: at, problem: 'It is not JSON.' },
    ]);
  });

  it('names bytes that are not text, and continues to the other findings', async () => {
    const gap = 2;
    const at = ledgerBytes().indexOf('{"seq":2,') + 300;
    const broken = withLedger((ledger) => {
      const kept = lines(ledger).filter((_, index) => index !== gap);
      const bytes = joined(kept);
      bytes[at] = 0xff;
      return bytes;
    });
    const { findings } = await verifyLedger(broken.store());
    expect(findings.map(({ record, problem }) => `${String(record)} ${problem}`)).toEqual([
      ...[2, 3, 4, 5].map((seq) => `${seq} Record ${seq} was changed after it was signed.`),
      '2 It is not UTF-8.',
      '3 The record has the number 4.',
      '4 The record has the number 5.',
      '5 The record has the number 6.',
    ]);
    expect(findings[4]).toMatchObject({ kind: 'damage', byte: at });
  });

  it('finds JSON that was written differently', async () => {
    const doubled = withLedger((ledger) =>
      Buffer.from(ledger.toString().replace('"seq":2,', '"seq":9,"seq":2,')),
    );
    const { findings } = await verifyLedger(doubled.store());
    const start = ledgerBytes().indexOf('{"seq":2,');
    expect(findings).toMatchObject([
      {
        kind: 'damage',
        record: 2,
        byte: start,
        problem: expect.stringMatching(/signed/) as string,
      },
      { kind: 'damage', record: 2, byte: start + '{"seq":'.length },
    ]);
  });

  it('finds a fork: the same length, another record', async () => {
    const fork = (from: string, to: string): DiskModel =>
      withLedger((ledger) => Buffer.from(ledger.toString().replace(from, to)));
    const unsigned = fork('report 3.pdf', 'report 4.pdf');
    expect((await verifyLedger(unsigned.store(), { heads: [earlier] })).total).toBe(0);
    expect((await verifyLedger(unsigned.store(), { heads: [head] })).findings).toMatchObject([
      { problem: 'The first 6 records do not match a trusted checkpoint.' },
    ]);
    const signed = fork('report 1.pdf', 'report 2.pdf');
    expect((await verifyLedger(signed.store(), { heads: [earlier] })).findings).toMatchObject([
      { record: 3, problem: 'Record 3 was changed after it was signed.' },
      { problem: 'The first 4 records do not match a trusted checkpoint.' },
    ]);
  });

  it('finds a keystore that is not the one the ledger names', async () => {
    const other = new DiskModel({ ...files, [vaultFiles.keystore]: Buffer.from('other') });
    expect((await verifyLedger(other.store())).findings).toMatchObject([
      { kind: 'damage', record: null, problem: 'The keystore does not belong to this ledger.' },
    ]);
    const cut = withLedger((ledger) => joined(lines(ledger).slice(0, 4)));
    expect((await verifyLedger(cut.store())).findings).toMatchObject([
      { kind: 'damage', record: 5, problem: expect.stringMatching(/ends/) as string },
      { kind: 'damage', record: null, problem: 'The keystore does not belong to this ledger.' },
    ]);
  });

  it('only notes an incomplete end and a clock that was set back', async () => {
    const torn = withLedger((ledger) => Buffer.concat([ledger, Buffer.from('{"seq":7')]));
    expect((await verifyLedger(torn.store())).findings).toMatchObject([
      { kind: 'notice', record: 7, byte: ledgerBytes().length },
    ]);
    const back = withLedger((ledger) => {
      const all = lines(ledger);
      all[5] = all[5]?.replace('"time":"2026', '"time":"2025') ?? '';
      return joined(all);
    });
    expect((await verifyLedger(back.store())).findings).toMatchObject([
      { kind: 'notice', record: 6 },
    ]);
  });

  it.each([
    ['a leap second', '2026-06-30T23:59:60.000Z'],
    ['24:00', '2026-01-31T24:00:00.000Z'],
    ['30 February', '2026-02-30T12:00:00.000Z'],
    ['the year 0', '0000-01-01T00:00:00.000Z'],
  ])('accepts no record with a time that does not exist: %s', async (_, time) => {
    const untimely = withLedger((ledger) => {
      const all = lines(ledger);
      all[5] = all[5]?.replace(/"time":"[^"]+"/, `"time":"${time}"`) ?? '';
      return joined(all);
    });
    const { findings } = await verifyLedger(untimely.store());
    expect(findings.filter(({ problem }) => problem.includes('a time that exists'))).toMatchObject([
      { kind: 'damage', record: 6 },
    ]);
  });

  it('says when there is no ledger', async () => {
    const { total, findings } = await verifyLedger(new DiskModel().store());
    expect(total).toBe(1);
    expect(findings).toMatchObject([{ kind: 'damage', problem: 'The ledger is missing.' }]);
  });
});
