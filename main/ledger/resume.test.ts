import { beforeAll, describe, expect, it } from 'vitest';
import { vaultFiles } from '../store/folder/names.ts';
import { act, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { createUnlocked, lock, openUnlocked } from '../vault/testing/sessions.ts';
import { SoftwareToken } from '../vault/testing/software-token.ts';
import { Vault, type VaultContext } from '../vault/vault.ts';
import { HASH_BYTES } from './merkle.ts';
import { WORTH_SUMMING_UP } from './resume.ts';

const token = new SoftwareToken();
let context: VaultContext;
let files: Record<string, Buffer>;
let lines: string[];
/** Where the second session's unlock record is, counted from 0: behind those of the first one. */
const UNLOCK = 3;

/** Remembers from which byte on the ledger was read to its end: what opening does, not comparing. */
class WatchedDisk extends DiskModel {
  readonly from: number[] = [];
  override stream(name: string, from: number, to?: number): AsyncGenerator<Buffer> {
    if (name === vaultFiles.ledger && to === undefined) this.from.push(from);
    return super.stream(name, from, to);
  }
}

beforeAll(async () => {
  context = await testContext();
  const disk = new DiskModel();
  const created = await createUnlocked(disk, context, {}, token);
  await lock(created.vault);
  await created.vault.close();
  // This session finds the first one's checkpoint, and its anchor in the token.
  const vault = await openUnlocked(disk, context, token);
  await vault.record(Array.from({ length: WORTH_SUMMING_UP }, (_, at) => act('note', `n${at}`)));
  await lock(vault);
  await vault.record([act('audit.view')]);
  await vault.close();
  files = disk.files();
  lines = (files[vaultFiles.ledger] ?? Buffer.alloc(0)).toString().trimEnd().split('\n');
});

const open = async (
  changes: Readonly<Record<string, Buffer>> = {},
): Promise<{ vault: Vault; from: number }> => {
  const disk = new WatchedDisk({ ...files, ...changes });
  const vault = await Vault.openOn(disk.store(), context);
  return { vault, from: Math.max(...disk.from) };
};

const ledgerOf = (some: readonly string[]): Record<string, Buffer> => ({
  [vaultFiles.ledger]: Buffer.from(`${some.join('\n')}\n`),
});

const flip = (name: string, at: number): Record<string, Buffer> => {
  const bytes = Buffer.from(files[name] ?? Buffer.alloc(0));
  const offset = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  return { [name]: bytes };
};

describe('opening a large ledger', () => {
  it('reads only what follows the summary, with the same result as reading everything', async () => {
    const quick = await open();
    const slow = await open({ [vaultFiles.resume]: Buffer.from('{}') });
    expect(quick.from).toBeGreaterThan(1_000_000);
    expect(slow.from).toBe(0);
    expect(quick.vault.head).toEqual(slow.vault.head);
    expect(quick.vault.facts.first).toEqual(slow.vault.facts.first);
    expect(quick.vault.facts.summary()).toEqual(slow.vault.facts.summary());
    const unlocked = JSON.parse(lines[UNLOCK] ?? '') as { session: string };
    expect(quick.vault.facts).toMatchObject({
      keystore: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      sawAnchor: true,
      sawCheckpoint: true,
      isOpen: false,
      lastLock: lines.length - 1,
      carried: 1,
      session: { session: unlocked.session },
    });
    expect(await quick.vault.verification).toBeNull();
    await quick.vault.record([act('audit.view')]);
    await quick.vault.close();
    await slow.vault.close();
  });

  it.each([1, 5000, WORTH_SUMMING_UP])(
    'finds behind that record %i + 1 was edited',
    async (index) => {
      const line = lines[index] ?? '';
      const edited = line.replace(/"outcome":"ok"/, '"outcome":"no"');
      expect(edited).not.toBe(line);
      const { vault, from } = await open(ledgerOf(lines.with(index, edited)));
      expect(from).toBeGreaterThan(0);
      expect(await vault.verification).toMatchObject({
        code: 'ledger-damaged',
        message: expect.stringContaining(`Record ${index + 1} `) as string,
      });
      await expect(vault.record([act('audit.view')])).rejects.toMatchObject({
        code: 'ledger-damaged',
      });
      await vault.close();
    },
  );

  it.each([
    [
      'the first record edited',
      () => ledgerOf(lines.with(0, (lines[0] ?? '').replace('"officer"', '"other"'))),
    ],
    [
      'a summing-up that was edited',
      () => ledgerOf(lines.map((line) => line.replace('"sawAnchor":true', '"sawAnchor":null'))),
    ],
    ['the hint moved', () => ({ [vaultFiles.resume]: Buffer.from('{"record":7,"byte":1}') })],
    [
      'a hash changed that the root comes from',
      () => flip(vaultFiles.hashes, 16383 * HASH_BYTES - 1),
    ],
    ['no hashes', () => ({ [vaultFiles.hashes]: Buffer.alloc(0) })],
    [
      'no checkpoint',
      () => ({
        [vaultFiles.checkpoint]: Buffer.alloc(0),
        [vaultFiles.checkpoints]: Buffer.alloc(0),
      }),
    ],
  ])('reads everything with %s', async (_, change) => {
    const disk = new WatchedDisk({ ...files, ...change() });
    const vault = await Vault.openOn(disk.store(), context).catch(() => null);
    expect(disk.from).toContain(0);
    if (vault === null) return;
    expect(vault.head.size).toBe(lines.length);
    await vault.close();
  });

  it('continues a session, and authenticates what a crash leaves unsigned', async () => {
    const disk = new DiskModel(files);
    const vault = await openUnlocked(disk, context, token);
    const signed = vault.newestCheckpoint?.size ?? 0;
    await vault.record([act('note'), act('note')]);
    await vault.close(); // without a lock
    // The hint of the earlier session still serves.
    const again = new WatchedDisk(disk.files());
    const next = await Vault.openOn(again.store(), context);
    expect(Math.max(...again.from)).toBeGreaterThan(1_000_000);
    const examined = await next.examine(token.ledger(), { seen: null });
    expect(examined.verdict.findings.filter(({ kind }) => kind === 'not-ours')).toEqual([]);
    expect(examined).toMatchObject({
      kind: 'sound',
      tail: { rest: null, unmarked: [], prefix: { size: signed + 2 } },
    });
    await next.close();
  });

  it.each([
    ['no record', 'garbage'],
    ['a record of another number', '{"seq":7'],
  ])('leaves %s after the signed part to the unlock', async (_, words) => {
    const last = lines.at(-1) ?? '';
    const changed = lines.with(
      -1,
      words === 'garbage' ? words : last.replace(/^\{"seq":\d+/, words),
    );
    const { vault, from } = await open(ledgerOf(changed));
    expect(from).toBeGreaterThan(1_000_000);
    expect(vault.head.size).toBe(lines.length - 1);
    await vault.close();
  });

  it('is refused with a damaged line between the summary and the checkpoint', async () => {
    const lock = lines.length - 2;
    expect(lines[lock]).toContain('"action":"vault.lock"');
    const disk = new WatchedDisk({ ...files, ...ledgerOf(lines.with(lock, 'garbage')) });
    await expect(Vault.openOn(disk.store(), context)).rejects.toMatchObject({
      code: 'ledger-damaged',
      message: expect.stringContaining(`Record ${lock + 1} `) as string,
    });
    expect(disk.from).toContain(0);
  });

  it('stops comparing when the vault is closed', async () => {
    const { vault } = await open();
    await vault.close();
    expect(await vault.verification).toBeNull();
  });
});
