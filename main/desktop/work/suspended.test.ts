import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Input } from '../../../shared/contract.ts';
import type { Batch } from '../../../shared/contract/work.ts';
import { presets } from '../../../shared/keys.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import { changeKeyOf, makeKey } from '../keys/keys-view.ts';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  startDeskApp,
} from '../testing/desk-app.ts';

let engines: Engines;
let desk: DeskApp;
beforeAll(async () => {
  engines = makeEngines();
  desk = await startDeskApp(engines);
  await makeVault(desk);
});
afterAll(async () => {
  await desk.remove();
  await engines.remove();
});

const choice: Omit<Input<'batch.plan'>, 'keys'> = {
  kind: 'encrypt',
  output: null,
  conflict: 'keep-both',
  originals: 'keep',
  encryptedInputs: 'leave-out',
  sealedNames: false,
};

const ended = (): Promise<Batch> =>
  vi.waitFor(
    () => {
      const batch = desk.app.work.current();
      if (batch?.ended) return batch;
      throw new Error('it still runs');
    },
    { timeout: 60_000, interval: 50 },
  );

const recorded = async (id: Batch['id']): Promise<LedgerRecord[]> => {
  const index = await desk.app.desk.unlocked.vault.audit();
  const { lines } = await index.query({ batch: id, limit: 20 });
  return lines.map(({ record }) => record);
};

it('refuses the files that are not done when their key is suspended under the batch', async () => {
  const { work, desk: place, events } = desk.app;
  const open = place.unlocked;
  const { key } = await makeKey(open, { name: 'Midway', ...presets.maximum });
  const folder = path.join(desk.home, 'midway');
  await mkdir(folder);
  // More than run at once: some are under way then, the others have not been started.
  for (let n = 0; n < 8; n++) {
    const file = path.join(folder, `${n}.bin`);
    await writeFile(file, '');
    await truncate(file, 24 * 1024 * 1024);
  }
  work.draft.clear();
  await work.draft.add([folder]);
  const reached = new Promise<void>((resolve) => {
    const stop = events.listen(({ name, data }) => {
      if (name !== 'batch.progress' || data.bytesDone === 0) return;
      stop();
      resolve();
    });
  });
  const { id } = await work.start((await work.plan({ ...choice, keys: [key.id] })).id);
  await reached;
  await changeKeyOf(open, { id: key.id, act: 'suspend', reason: 'suspected-misuse', note: '' });
  const suspended = open.vault.head.size;
  const batch = await ended();
  expect(batch.failed).toBeGreaterThan(4);
  expect(batch.done + batch.failed).toBe(8);
  const { rows } = work.receipts({ id, outcome: 'not-done', text: '', offset: 0, limit: 100 });
  for (const { reason } of rows) {
    expect(reason).toMatchObject({ code: 'key-state', unharmed: 'The file is unchanged.' });
    expect(reason?.cause).toContain('Version 1 of the key "Midway" is suspended');
  }
  const files = (await recorded(id)).filter(({ action }) => action === 'file.encrypt');
  const refused = files.filter(({ outcome }) => outcome === 'refused');
  expect(refused).toHaveLength(batch.failed);
  for (const { subject } of refused) expect(subject).toMatchObject({ key: key.id, version: 1 });
  const late = files.filter(({ seq, outcome }) => seq > suspended && outcome === 'ok');
  expect(late).toEqual([]);
  const there = (await readdir(folder)).filter((name) => !name.endsWith('.bin'));
  expect(there).toHaveLength(batch.done);
  expect(there.every((name) => name.endsWith('.bin.clv'))).toBe(true);
});
