import { chmodSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custodyPairs } from '../../shared/keys.ts';
import { batch, batchDone } from '../support/batches.ts';
import { type Clv, openIndependently, readClv } from '../support/clv.ts';
import type { FileReceipt } from '../support/documents.ts';
import { OtherSoftware } from '../support/other-software.ts';
import { seeded } from '../support/seeded.ts';
import {
  differences,
  digestOfFile,
  filesIn,
  partsIn,
  sha256Of,
  snapshotOf,
  writeFile,
} from '../support/trees.ts';
import { makeVault, type TestVault, tokenNames } from '../support/vaults.ts';

const MIB = 1024 * 1024;
const sizes = [0, 1, 4_096, 300_000, 5 * MIB + 3];

const rotate = async ({ cli }: TestVault, name: string): Promise<void> => {
  const rotated = await cli.run(['key', 'rotate', name]);
  expect(rotated, rotated.stderr).toMatchObject({ code: 0 });
};

describe.each(tokenNames)('with %s', (token) => {
  let vault: TestVault;
  let sealed: string;
  const before = new Map<string, Clv>();
  let receipts: readonly FileReceipt[];

  beforeAll(async () => {
    vault = await makeVault(token);
    sealed = join(vault.home, 'sealed');
    const random = seeded(3);
    for (const { custody, bulk } of custodyPairs) {
      const name = `${custody}-${bulk}`;
      await vault.createKey(name, custody, bulk);
      const plain = join(vault.home, 'plain', name);
      for (const size of sizes) {
        const file = writeFile(join(plain, `${size}.bin`), random.bytes(size));
        chmodSync(file, 0o640);
        utimesSync(
          file,
          new Date('2024-03-01T10:20:30.456Z'),
          new Date('2024-02-29T01:02:03.789Z'),
        );
      }
      await batchDone(vault.cli, ['encrypt', '--key', name, '--out', sealed, plain]);
      await rotate(vault, name);
    }
    for (const file of filesIn(sealed)) {
      chmodSync(file, 0o604);
      utimesSync(file, new Date('2025-01-02T03:04:05.678Z'), new Date('2025-06-07T08:09:10.123Z'));
      before.set(file, readClv(file));
    }
    receipts = await batchDone(vault.cli, ['rewrap', sealed]);
  });
  afterAll(() => vault.remove());

  it('every file keeps its name, its data, its time and its permissions', () => {
    expect(receipts.map(({ output }) => output).sort()).toEqual([...before.keys()]);
    for (const { output, version, digest } of receipts) {
      const file = output ?? '';
      const [old, now] = [before.get(file), readClv(file)];
      if (old === undefined) throw new Error(`${file} is not one of the files`);
      expect({ version, digest }).toEqual({ version: 2, digest: digestOfFile(file) });
      expect(now.slots).toMatchObject([{ key: old.slots[0]?.key, version: 2 }]);
      expect(now.fileId).toBe(old.fileId);
      expect(now.body.equals(old.body)).toBe(true);
      expect(now.seal.subarray(0, 12).equals(old.seal.subarray(0, 12))).toBe(false);
      const { mode, mtime } = statSync(file);
      expect([mode & 0o777, mtime.toISOString()]).toEqual([0o604, '2025-06-07T08:09:10.123Z']);
    }
    expect(partsIn(vault.home)).toEqual([]);
  });

  it('every file decrypts to what it was', async () => {
    const out = join(vault.home, 'opened');
    await batchDone(vault.cli, ['decrypt', '--out', out, sealed]);
    const plain = snapshotOf(join(vault.home, 'plain'));
    expect(differences(plain, snapshotOf(join(out, 'sealed')))).toEqual([]);
  });

  it('the second time there is nothing to do', async () => {
    const unchanged = snapshotOf(sealed);
    const { code, files } = await batch(vault.cli, ['rewrap', sealed]);
    expect(code).toBe(0);
    const outcomes = new Set(files.map(({ outcome, reason }) => `${outcome}, ${reason?.code}`));
    expect(outcomes).toEqual(new Set(['skipped, up-to-date']));
    expect(snapshotOf(sealed)).toEqual(unchanged);
  });

  it('the independent decryptor decrypts rewrapped files, with the new version only', async () => {
    const other = await OtherSoftware.open(vault);
    for (const { custody, bulk } of custodyPairs) {
      const name = `${custody}-${bulk}`;
      for (const file of filesIn(join(sealed, name))) {
        const { hash, slots } = readClv(file);
        const [slot] = slots;
        if (slot === undefined) throw new Error('there is no slot');
        const aad = Buffer.concat([Buffer.from('clv1slot'), hash, Buffer.from(slot.text)]);
        const out = join(vault.home, `${name}-${basename(file)}`);
        if (custody === 'resident')
          openIndependently(file, '--dek', other.fileKey(name, slot.dek, aad), out);
        else openIndependently(file, '--key', other.extract(name), out);
        const plain = file.replace('/sealed/', '/plain/').replace(/\.clv$/, '');
        expect(sha256Of(out)).toBe(sha256Of(plain));
      }
    }
  });

  it('encrypted again, every file has another file key and decrypts to what it was', async () => {
    const old = new Map([...before.keys()].map((file) => [file, readClv(file)]));
    const again = await batchDone(vault.cli, ['reencrypt', sealed]);
    for (const { output, digest } of again) {
      const file = output ?? '';
      const [was, now] = [old.get(file), readClv(file)];
      expect(digest).toEqual(digestOfFile(file));
      expect(now.fileId).not.toBe(was?.fileId);
      expect(now.slots).toMatchObject([{ key: was?.slots[0]?.key, version: 2 }]);
      expect(now.body.includes(was?.body.subarray(12, 76) ?? Buffer.of())).toBe(false);
      const { mode, mtime } = statSync(file);
      expect([mode & 0o777, mtime.toISOString()]).toEqual([0o604, '2025-06-07T08:09:10.123Z']);
    }
    const out = join(vault.home, 'opened-again');
    await batchDone(vault.cli, ['decrypt', '--out', out, sealed]);
    const plain = snapshotOf(join(vault.home, 'plain'));
    expect(differences(plain, snapshotOf(join(out, 'sealed')))).toEqual([]);
    expect(partsIn(vault.home)).toEqual([]);
  });

  it('the ledger names the slots before and after, and verifies', async () => {
    const records = vault.records().filter(({ action }) => action === 'file.rewrap');
    expect(records).toHaveLength(sizes.length * custodyPairs.length);
    for (const { subject, details } of records) {
      const key = subject['key'];
      expect(details['before']).toEqual([{ key, version: 1 }]);
      expect(details['after']).toEqual([{ key, version: 2 }]);
    }
    await vault.expectSound();
  });
});
