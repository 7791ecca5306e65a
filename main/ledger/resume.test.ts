import { beforeAll, describe, expect, it } from 'vitest';
import { vaultFiles } from '../vault/files.ts';
import { act, newVaultId, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../vault/testing/disk-model.ts';
import { SoftwareToken } from '../vault/testing/software-token.ts';
import { Vault, type VaultContext } from '../vault/vault.ts';
import { HASH_BYTES } from './merkle.ts';
import { WORTH_SUMMING_UP } from './resume.ts';

const token = new SoftwareToken();
let context: VaultContext;
let files: Record<string, Buffer>;
let lines: string[];

/** Remembers from which byte on the ledger was read. */
class WatchedDisk extends DiskModel {
  readonly from: number[] = [];
  override stream(name: string, from: number, to?: number): AsyncGenerator<Buffer> {
    if (name === vaultFiles.ledger) this.from.push(from);
    return super.stream(name, from, to);
  }
}

beforeAll(async () => {
  context = await testContext();
  const disk = new DiskModel();
  const creation = { vaultId: newVaultId(), details: token.details };
  const vault = await Vault.createOn(disk, creation, context);
  vault.setSigner(token.signer());
  await vault.record([
    { action: 'vault.unlock', subject: {}, outcome: 'ok', details: { checkpoint: 1, anchor: 1 } },
  ]);
  await vault.record(Array.from({ length: WORTH_SUMMING_UP }, (_, at) => act('note', `n${at}`)));
  await vault.sumUp();
  await vault.record([act('vault.lock')]);
  await vault.checkpoint('now');
  vault.setSigner(null);
  await vault.record([act('look')]);
  await vault.close();
  files = disk.files();
  lines = (files[vaultFiles.ledger] ?? Buffer.alloc(0)).toString().trimEnd().split('\n');
});

const open = async (
  changes: Readonly<Record<string, Buffer>> = {},
): Promise<{ vault: Vault; from: number }> => {
  const disk = new WatchedDisk({ ...files, ...changes });
  const vault = await Vault.openOn(disk, context);
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
  it('reads only what follows the summing-up, and knows the same as after reading all', async () => {
    const quick = await open();
    const slow = await open({ [vaultFiles.resume]: Buffer.from('{}') });
    expect(quick.from).toBeGreaterThan(1_000_000);
    expect(slow.from).toBe(0);
    expect(quick.vault.head).toEqual(slow.vault.head);
    const { keystore, sawAnchor, isOpen, first } = quick.vault.facts;
    expect({ keystore, sawAnchor, isOpen, first }).toEqual({
      keystore: slow.vault.facts.keystore,
      sawAnchor: true,
      isOpen: false,
      first: slow.vault.facts.first,
    });
    expect(await quick.vault.verification).toBeNull();
    await quick.vault.record([act('note')]);
    await quick.vault.close();
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
      await expect(vault.record([act('note')])).rejects.toMatchObject({ code: 'ledger-damaged' });
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
    ['the first hash changed', () => flip(vaultFiles.hashes, 0)],
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
    const vault = await Vault.openOn(disk, context).catch(() => null);
    expect(disk.from).toContain(0);
    if (vault === null) return;
    expect(vault.head.size).toBe(lines.length);
    await vault.close();
  });

  it('stops comparing when the vault is closed', async () => {
    const { vault } = await open();
    await vault.close();
    expect(await vault.verification).toBeNull();
  });
});
