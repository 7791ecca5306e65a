import { beforeAll, describe, expect, it } from 'vitest';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { act, testContext } from '../vault/testing/context.ts';
import { createUnlocked } from '../vault/testing/sessions.ts';
import { SoftwareToken } from '../vault/testing/software-token.ts';
import { verifyLedger, type LedgerVerdict } from '../vault/verify.ts';
import type { Finding } from './findings.ts';

const token = new SoftwareToken();
let files: Record<string, Buffer>;
let lines: string[];
/** The first one and that of the unlock, which the first two checkpoints cover, then two a round. */
const ROUNDS = 4;
const RECORDS = 2 + 2 * ROUNDS;

beforeAll(async () => {
  const context = await testContext();
  const disk = new DiskModel();
  const { vault } = await createUnlocked(disk, context, {}, token);
  for (let round = 0; round < ROUNDS; round += 1) {
    await vault.record([act('note', `${round}-one`), act('note', `${round}-two`)]);
    await vault.checkpoint('when-due');
  }
  await vault.close();
  files = disk.files();
  lines = textOf(files, vaultFiles.ledger).trimEnd().split('\n');
});

const textOf = (from: Record<string, Buffer>, name: string): string =>
  (from[name] ?? Buffer.alloc(0)).toString();

const offsetOf = (some: readonly string[], record: number): number =>
  Buffer.byteLength(
    some
      .slice(0, record - 1)
      .map((line) => `${line}\n`)
      .join(''),
  );

const verify = async (
  changed: readonly string[],
  without: readonly string[] = [],
): Promise<LedgerVerdict & { readonly first: Finding | undefined }> => {
  const ledger = Buffer.from(changed.map((line) => `${line}\n`).join(''));
  const kept = Object.entries(files).filter(([name]) => !without.includes(name));
  const disk = new DiskModel({ ...Object.fromEntries(kept), [vaultFiles.ledger]: ledger });
  const verdict = await verifyLedger(disk.store());
  return { ...verdict, first: verdict.findings[0] };
};

/** What an attacker does who also keeps the numbers in order. */
const renumber = (some: readonly string[]): string[] =>
  some.map((line, index) => line.replace(/^\{"seq":\d+/, `{"seq":${index + 1}`));
const edited = (line: string): string => line.replace('"outcome":"ok"', '"outcome":"failed"');
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('a signed ledger', () => {
  it('verifies as it is, up to its last record', async () => {
    const verdict = await verify(lines);
    expect(verdict).toMatchObject({
      findings: [],
      size: RECORDS,
      signed: RECORDS,
      checkpoints: 2 + ROUNDS,
    });
  });

  it.each(range(RECORDS))('tells that record %i + 1 was edited, and where', async (index) => {
    const changed = lines.map((line, at) => (at === index ? edited(line) : line));
    const { first } = await verify(changed);
    expect(first).toMatchObject({ record: index + 1, byte: offsetOf(lines, index + 1) });
    if (index > 0)
      expect(first?.problem).toBe(`Record ${index + 1} was changed after it was signed.`);
  });

  it.each(range(RECORDS - 1))('tells that record %i + 1 was removed', async (index) => {
    const changed = lines.filter((_, at) => at !== index);
    const record = index + 1;
    const { first, findings } = await verify(changed);
    if (index === 0) expect(findings.length).toBeGreaterThan(0);
    else
      expect(first).toMatchObject({
        record,
        byte: offsetOf(changed, record),
        problem: expect.stringMatching(/was removed/) as string,
      });
    expect((await verify(renumber(changed))).first?.kind).toBe('damage');
  });

  it.each(range(RECORDS - 2).map((at) => at + 1))(
    'tells that record %i + 1 changed places',
    async (index) => {
      const [one = '', two = ''] = lines.slice(index, index + 2);
      const { first } = await verify(lines.with(index, two).with(index + 1, one));
      expect(first).toMatchObject({
        record: index + 1,
        problem: expect.stringMatching(/order/) as string,
      });
    },
  );

  it.each(range(RECORDS - 1).map((at) => at + 1))(
    'tells that something stands before record %i + 1',
    async (index) => {
      const [line = ''] = lines.slice(index);
      const { first } = await verify(lines.toSpliced(index, 0, edited(line)));
      expect(first).toMatchObject({
        record: index + 1,
        problem: expect.stringMatching(/inserted/) as string,
      });
    },
  );

  it.each(range(RECORDS - 1).map((at) => at + 1))(
    'tells that everything after record %i was cut off',
    async (size) => {
      const { first } = await verify(lines.slice(0, size));
      expect(first).toMatchObject({
        record: size + 1,
        problem: expect.stringMatching(/ends/) as string,
      });
      const without = await verify(lines.slice(0, size), [vaultFiles.checkpoint]);
      expect(without.first?.record).toBe(size + 1);
    },
  );

  it('says between which checkpoints the change is, if there are no hashes', async () => {
    const changed = lines.with(5, edited(lines[5] ?? ''));
    const { first, signed } = await verify(changed, [vaultFiles.hashes]);
    expect(first?.problem).toBe('At least one of records 5 to 6 is not what was signed.');
    expect(signed).toBe(4);
  });

  it('is not misled by hashes that were changed with it', async () => {
    const hashes = Buffer.from(files[vaultFiles.hashes] ?? Buffer.alloc(0)).fill(7, 64);
    const disk = new DiskModel({ ...files, [vaultFiles.hashes]: hashes });
    expect(await verifyLedger(disk.store())).toMatchObject({ findings: [] });
    const ledger = Buffer.from(`${lines.with(5, edited(lines[5] ?? '')).join('\n')}\n`);
    const both = new DiskModel({ ...disk.files(), [vaultFiles.ledger]: ledger });
    expect((await verifyLedger(both.store())).findings[0]?.problem).toMatch(
      /one of records 5 to 6/,
    );
  });

  it('finds a checkpoint that is signed with another key', async () => {
    const stranger = new SoftwareToken();
    const forged = textOf(files, vaultFiles.checkpoint).replace(/ [\w+/=]+\n$/, (signature) => {
      const bytes = Buffer.from(signature.trim(), 'base64').subarray(0, 4);
      const text = Buffer.from(`${textOf(files, vaultFiles.checkpoint).split('\n\n')[0] ?? ''}\n`);
      return ` ${Buffer.concat([bytes, stranger.sign(text)]).toString('base64')}\n`;
    });
    const disk = new DiskModel({ ...files, [vaultFiles.checkpoint]: Buffer.from(forged) });
    const { findings } = await verifyLedger(disk.store());
    expect(findings[0]?.problem).toMatch(/not signed by this vault's key/);
  });

  it('finds that it was replaced by the ledger of another vault', async () => {
    const context = await testContext();
    const disk = new DiskModel();
    const { vault } = await createUnlocked(disk, context);
    await vault.close();
    const swapped = new DiskModel({
      ...disk.files(),
      [vaultFiles.checkpoint]: files[vaultFiles.checkpoint] ?? Buffer.alloc(0),
    });
    const { findings } = await verifyLedger(swapped.store());
    expect(findings[0]?.problem).toMatch(/not signed by this vault's key/);
  });
});
