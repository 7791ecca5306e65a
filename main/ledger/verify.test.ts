import { beforeAll, describe, expect, it } from 'vitest';
import { vaultFiles } from '../vault/files.ts';
import { act, newVaultId, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../vault/testing/disk-model.ts';
import { Vault } from '../vault/vault.ts';
import type { LedgerHead } from './scan.ts';
import { verifyLedger } from './verify.ts';

let files: Record<string, Buffer>;
let head: LedgerHead;
let earlier: LedgerHead;
beforeAll(async () => {
  const disk = new DiskModel();
  const vault = await Vault.createOn(disk, { vaultId: newVaultId() }, await testContext());
  await vault.record([act('file.encrypt', 'report 1.pdf'), act('file.decrypt')]);
  earlier = vault.head;
  await vault.commit(
    ({ seals }) => seals.reserve('master', 10),
    () => act('seals.reserve'),
  );
  await vault.record([act('three')]);
  head = vault.head;
  await vault.close();
  files = disk.files();
});

const withLedger = (change: (ledger: Buffer) => Buffer): DiskModel =>
  new DiskModel({ ...files, [vaultFiles.ledger]: change(ledgerBytes()) });
const ledgerBytes = (): Buffer => Buffer.from(files[vaultFiles.ledger] ?? Buffer.alloc(0));
const lines = (ledger: Buffer): string[] => ledger.toString().trimEnd().split('\n');
const joined = (all: readonly string[]): Buffer => Buffer.from(`${all.join('\n')}\n`);

describe('verifying a ledger', () => {
  it('finds nothing where nothing is wrong, and the same head as the vault', async () => {
    const verdict = await verifyLedger(new DiskModel(files), { heads: [earlier, head] });
    expect(verdict).toMatchObject({ ...head, findings: [], total: 0 });
  });

  it('finds every single changed byte by a head that is trusted', async () => {
    for (let at = 0; at < ledgerBytes().length; at += 1) {
      const changed = withLedger((ledger) => {
        ledger[at] = (ledger[at] ?? 0) ^ 1;
        return ledger;
      });
      const { findings } = await verifyLedger(changed, { heads: [head] });
      expect(findings.filter(({ kind }) => kind === 'damage')).not.toEqual([]);
    }
  });

  it('finds every cut by a head that is trusted', async () => {
    for (let length = 0; length < ledgerBytes().length; length += 1) {
      const cut = withLedger((ledger) => ledger.subarray(0, length));
      const { findings } = await verifyLedger(cut, { heads: [head] });
      expect(findings.filter(({ kind }) => kind === 'damage')).not.toEqual([]);
    }
  });

  it('names the record and the byte', async () => {
    const second = lines(ledgerBytes())[0]?.length ?? 0;
    const start = second + 1;
    const at = start + (lines(ledgerBytes())[1]?.indexOf('"action"') ?? 0);
    const broken = withLedger((ledger) => {
      ledger[at] = 0x21;
      return ledger;
    });
    const { findings } = await verifyLedger(broken);
    expect(findings).toEqual([{ kind: 'damage', record: 2, byte: at, problem: 'It is not JSON.' }]);
  });

  it('names bytes that are not text, and goes on to the other findings', async () => {
    const [at, gap] = [300, 2];
    const broken = withLedger((ledger) => {
      const kept = lines(ledger).filter((_, index) => index !== gap);
      const bytes = joined(kept);
      bytes[at] = 0xff;
      return bytes;
    });
    const { findings } = await verifyLedger(broken);
    expect(findings[0]).toEqual({
      kind: 'damage',
      record: 1,
      byte: at,
      problem: 'It is not UTF-8.',
    });
    expect(findings.slice(1).map(({ record, problem }) => `${String(record)} ${problem}`)).toEqual([
      '3 It calls itself record 4.',
      '4 It calls itself record 5.',
    ]);
  });

  it('finds JSON that was written in another way', async () => {
    const doubled = withLedger((ledger) =>
      Buffer.from(ledger.toString().replace('"seq":2,', '"seq":9,"seq":2,')),
    );
    const { findings } = await verifyLedger(doubled);
    const at = ledgerBytes().indexOf('"seq":2,') + '"seq":'.length;
    expect(findings).toMatchObject([{ kind: 'damage', record: 2, byte: at }]);
  });

  it('finds a fork: the same length, another record', async () => {
    const forked = withLedger((ledger) =>
      Buffer.from(ledger.toString().replace('report 1.pdf', 'report 2.pdf')),
    );
    expect((await verifyLedger(forked)).total).toBe(0);
    const { findings } = await verifyLedger(forked, { heads: [earlier] });
    expect(findings).toMatchObject([
      { problem: 'The first 3 records are not those of a head that is trusted.' },
    ]);
  });

  it('finds a keystore that is not the one the ledger names', async () => {
    const other = new DiskModel({ ...files, [vaultFiles.keystore]: Buffer.from('other') });
    expect((await verifyLedger(other)).findings).toMatchObject([
      { kind: 'damage', record: null, problem: 'The keystore does not belong to this ledger.' },
    ]);
    const cut = withLedger((ledger) => joined(lines(ledger).slice(0, 3)));
    expect((await verifyLedger(cut)).findings).toMatchObject([{ kind: 'damage', record: null }]);
  });

  it('only notices a torn end and a clock that went back', async () => {
    const torn = withLedger((ledger) => Buffer.concat([ledger, Buffer.from('{"seq":6')]));
    expect((await verifyLedger(torn)).findings).toMatchObject([
      { kind: 'notice', record: 6, byte: ledgerBytes().length },
    ]);
    const back = withLedger((ledger) => {
      const all = lines(ledger);
      all[4] = all[4]?.replace('"time":"2026', '"time":"2025') ?? '';
      return joined(all);
    });
    expect((await verifyLedger(back)).findings).toMatchObject([{ kind: 'notice', record: 5 }]);
  });

  it('says when there is no ledger', async () => {
    const { total, findings } = await verifyLedger(new DiskModel());
    expect(total).toBe(1);
    expect(findings).toMatchObject([{ kind: 'damage', problem: 'The ledger is missing.' }]);
  });
});
