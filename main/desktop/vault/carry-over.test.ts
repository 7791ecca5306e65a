import { parse } from 'valibot';
import { expect, it } from 'vitest';
import { unsignedTailSchema } from '../../../shared/contract/carry-over.ts';
import { limits } from '../../../shared/limits.ts';
import { encodeRecord, type LedgerRecord } from '../../ledger/record.ts';
import { vaultFiles } from '../../store/folder/names.ts';
import { DiskModel } from '../../store/testing/disk-model.ts';
import { testContext } from '../../vault/testing/context.ts';
import { createUnlocked, lock } from '../../vault/testing/sessions.ts';
import { Vault } from '../../vault/vault.ts';
import { unsignedTailOf } from './carry-over.ts';
import { UnsignedRanges } from './unsigned-ranges.ts';

it('shows an unsigned tail of the maximum size', async () => {
  const context = await testContext();
  const disk = new DiskModel();
  const { vault } = await createUnlocked(disk, context);
  await lock(vault);
  await vault.close();
  const ledger = disk.files()[vaultFiles.ledger] ?? Buffer.alloc(0);
  const size = ledger.toString().trimEnd().split('\n').length;
  const written = (index: number): LedgerRecord => ({
    seq: size + 1 + index,
    time: `2026-01-01T00:00:0${index % 10}.000Z`,
    clock: 'system',
    actor: { user: 'x'.repeat(5_000), host: 'h', app: 'a', token: null },
    action: index === 0 ? 'y'.repeat(100_000) : `made up ${index}`,
    subject: {},
    outcome: 'ok',
    details: {},
  });
  const most = limits.listLength + 10;
  const lines = Array.from({ length: most }, (_, index) => encodeRecord(written(index)));
  const edited = new DiskModel({
    ...disk.files(),
    [vaultFiles.ledger]: Buffer.concat([ledger, ...lines]),
  });
  const looked = await Vault.openOn(edited.store(), context);
  const tail = await unsignedTailOf({
    vault: looked,
    unsigned: new UnsignedRanges(looked),
    unconfirmed: { first: size + 1, last: size + most },
  });
  expect(parse(unsignedTailSchema, tail)).toMatchObject({
    from: written(0).time,
    to: written(most - 1).time,
  });
  expect(tail.rows).toHaveLength(100);
  expect(tail.acts).toHaveLength(limits.listLength);
  await looked.close();
});
