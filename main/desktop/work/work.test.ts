import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Input } from '../../../shared/contract.ts';
import type { Batch } from '../../../shared/contract/work.ts';
import type { KeyId } from '../../../shared/ids.ts';
import { presets } from '../../../shared/keys.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import { makeKey } from '../keys/keys-view.ts';
import { overviewOf } from '../overview/overview.ts';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  PIN,
  startDeskApp,
} from '../testing/desk-app.ts';
import { leftOutRows, plannedRows, viewOfPlan } from './plan.ts';

let engines: Engines;
let desk: DeskApp;
let contracts: KeyId;
let recovery: KeyId;
let inToken: KeyId;

beforeAll(async () => {
  engines = makeEngines();
  desk = await startDeskApp(engines);
  await makeVault(desk);
  const make = async (name: string, preset: keyof typeof presets): Promise<KeyId> =>
    (await makeKey(desk.app.desk.unlocked, { name, ...presets[preset] })).key.id;
  contracts = await make('Contracts', 'balanced');
  recovery = await make('Recovery', 'balanced');
  inToken = await make('Board papers', 'maximum');
});
afterAll(async () => {
  await desk.remove();
  await engines.remove();
});

const makeFiles = async (name: string): Promise<string> => {
  const folder = path.join(desk.home, name);
  await mkdir(folder);
  for (const file of ['a.txt', 'b.txt', 'c.txt']) await writeFile(path.join(folder, file), file);
  return folder;
};

const choice = (more: Partial<Input<'batch.plan'>> = {}): Input<'batch.plan'> => ({
  kind: 'encrypt',
  keys: [contracts],
  output: null,
  conflict: 'keep-both',
  originals: 'keep',
  encryptedInputs: 'leave-out',
  sealedNames: false,
  ...more,
});

const ended = (): Promise<Batch> =>
  vi.waitFor(
    () => {
      const batch = desk.app.work.current();
      if (batch?.ended) return batch;
      throw new Error('it still runs');
    },
    { timeout: 60_000, interval: 50 },
  );

const run = async (wanted: Input<'batch.plan'>): Promise<Batch> => {
  await desk.app.work.start((await desk.app.work.plan(wanted)).id);
  return ended();
};

const recorded = async (id: Batch['id']): Promise<LedgerRecord[]> => {
  const index = await desk.app.desk.unlocked.vault.audit();
  const { lines } = await index.query({ batch: id, limit: 20 });
  return lines.map(({ record }) => record);
};

const all = { outcome: 'all', text: '', offset: 0, limit: 100 } as const;

it('plans what is there and refuses what cannot be done, before anything is written', async () => {
  const { work } = desk.app;
  const folder = await makeFiles('plan');
  work.draft.clear();
  await work.draft.add([folder, path.join(desk.home, 'gone.txt')]);
  const plan = await work.plan(choice());
  expect(viewOfPlan(plan)).toMatchObject({ files: 3, bytes: 15, failed: 1, refusal: null });
  expect(plannedRows(plan, { which: 'all', offset: 1, limit: 1 })).toEqual({
    total: 3,
    rows: [
      {
        index: 1,
        name: 'b.txt',
        folder,
        output: path.join(folder, 'b.txt.clv'),
        sealedName: false,
        size: 5,
      },
    ],
  });
  const page = { offset: 0, limit: 9 };
  expect(leftOutRows(plan, { outcome: 'failed', ...page })).toMatchObject({
    rows: [{ name: 'gone.txt', reason: { code: 'not-found' } }],
    total: 1,
  });
  expect(leftOutRows(plan, { outcome: 'skipped', ...page })).toEqual({ rows: [], total: 0 });
  const mixed = await work.plan(choice({ keys: [contracts, inToken] }));
  expect(mixed.refusal).toMatchObject({ code: 'mixed-bulk' });
  await expect(work.start(mixed.id)).rejects.toMatchObject({ code: 'mixed-bulk' });
  // A newer plan makes an older one void.
  await expect(work.start(plan.id)).rejects.toMatchObject({ code: 'invalid-request' });
  work.draft.clear();
  expect((await work.plan(choice())).refusal).toMatchObject({ code: 'usage' });
});

it('lists the outputs that already exist apart from the others', async () => {
  const { work } = desk.app;
  const folder = await makeFiles('conflicts');
  await writeFile(path.join(folder, 'b.txt.clv'), 'in the way');
  work.draft.clear();
  await work.draft.add([path.join(folder, 'a.txt'), path.join(folder, 'b.txt')]);
  const plan = await work.plan(choice());
  expect(viewOfPlan(plan)).toMatchObject({ files: 2, conflicts: 1 });
  expect(plannedRows(plan, { which: 'conflicts', offset: 0, limit: 9 })).toMatchObject({
    total: 1,
    rows: [{ name: 'b.txt', output: path.join(folder, 'b (2).txt.clv') }],
  });
});

it('looks at the disk once while only the keys change', async () => {
  const { work } = desk.app;
  const folder = await makeFiles('keys-only');
  work.draft.clear();
  await work.draft.add([folder]);
  const planned = async (more: Partial<Input<'batch.plan'>>): Promise<number> =>
    (await work.plan(choice(more))).plan.files.length;
  expect(await planned({})).toBe(3);
  await writeFile(path.join(folder, 'd.txt'), 'd');
  const mixed = await work.plan(choice({ keys: [contracts, inToken] }));
  expect(mixed.plan.files).toHaveLength(3);
  expect(mixed.refusal).toMatchObject({ code: 'mixed-bulk' });
  // Asked once more, or for anything else, it looks again.
  expect(await planned({ keys: [contracts, inToken] })).toBe(4);
  await writeFile(path.join(folder, 'e.txt'), 'e');
  expect(await planned({ keys: [recovery], conflict: 'skip' })).toBe(5);
  await writeFile(path.join(folder, 'f.txt'), 'f');
  work.draft.clear();
  await work.draft.add([folder]);
  expect(await planned({ conflict: 'skip' })).toBe(6);
  work.draft.clear();
});

it('encrypts so that any of several keys opens the file', async () => {
  const { work, desk: place } = desk.app;
  const folder = await makeFiles('several');
  await work.draft.add([folder]);
  expect(await run(choice({ keys: [contracts, recovery] }))).toMatchObject({
    done: 3,
    keys: [{ name: 'Contracts' }, { name: 'Recovery' }],
  });
  const header = (await readFile(path.join(folder, 'a.txt.clv'))).subarray(0, 1024).toString();
  expect(header).toContain(contracts);
  expect(header).toContain(recovery);
  await work.draft.add([folder]);
  expect(await run(choice({ kind: 'verify', keys: [] }))).toMatchObject({ done: 3, failed: 0 });
  // Also a batch that changes nothing is signed when it ends, not only when the vault is locked.
  await vi.waitFor(() => {
    const { newestCheckpoint, head } = place.unlocked.vault;
    expect(newestCheckpoint?.size).toBe(head.size);
  });
  const index = await place.unlocked.vault.audit();
  const { lines } = await index.query({ action: 'file.encrypt', limit: 1 });
  expect(JSON.stringify(lines[0]?.record)).toContain(recovery);
});

it('lists failures first, then what was skipped, then what is done', async () => {
  const { work } = desk.app;
  const folder = await makeFiles('order');
  await work.draft.add([folder]);
  await run(choice());
  await writeFile(path.join(folder, 'c.txt.clv'), 'no encrypted file');
  for (const name of ['a.txt', 'c.txt']) await rm(path.join(folder, name));
  await work.draft.add([folder]);
  const batch = await run(choice({ kind: 'decrypt', keys: [], conflict: 'skip' }));
  expect(batch).toMatchObject({ done: 1, failed: 1, skipped: 2 });
  const { rows } = work.receipts({ id: batch.id, ...all });
  expect(rows.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped', 'skipped', 'done']);
  expect(rows[0]).toMatchObject({ name: 'c.txt.clv', reason: { code: 'not-encrypted' } });
  const page = work.receipts({ id: batch.id, ...all, offset: 1, limit: 1 });
  expect(page).toMatchObject({ total: 4, rows: [{ outcome: 'skipped' }] });
});

it('tells on Overview of files that could not be verified', async () => {
  const { work, desk: place, settings } = desk.app;
  const toldFiles = async (): Promise<number> => {
    const session = await desk.app.status();
    const told = await overviewOf(place.unlocked, session, work.unfinished(), settings.values);
    return told.attention.find((each) => each.kind === 'files-failed')?.files ?? 0;
  };
  const before = await toldFiles();
  const folder = await makeFiles('damaged');
  await work.draft.add([folder]);
  await run(choice());
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await rm(path.join(folder, name));
  for (const name of ['a.txt.clv', 'b.txt.clv']) await truncate(path.join(folder, name), 900);
  await work.draft.add([folder]);
  expect(await run(choice({ kind: 'verify', keys: [] }))).toMatchObject({ done: 1, failed: 2 });
  expect(await toldFiles()).toBe(before + 2);
});

it('counts every input from the plan to the ledger and to the retry', async () => {
  const { work } = desk.app;
  const folder = await makeFiles('counted');
  const [gone, late] = [path.join(desk.home, 'gone'), path.join(desk.home, 'late')];
  await symlink('a.txt', path.join(folder, 'link'));
  work.draft.clear();
  await work.draft.add([folder, gone, late]);
  const plan = await work.plan(choice());
  expect(viewOfPlan(plan)).toMatchObject({ files: 3, skipped: 1, failed: 2 });
  await rm(path.join(folder, 'b.txt'));
  await work.start(plan.id);
  const first = await ended();
  const counts = { done: 2, failed: 3, skipped: 1, cancelled: 0 };
  expect(first).toMatchObject(counts);
  const records = await recorded(first.id);
  const start = records.find(({ action }) => action === 'batch.start');
  expect(start?.details).toMatchObject({ files: 3, skipped: 1, failed: 2 });
  const end = records.find(({ action }) => action === 'batch.end');
  expect(end).toMatchObject({ outcome: 'failed', details: counts });
  const ends = records.filter(({ action }) => action.startsWith('file.'));
  expect(ends.filter(({ outcome }) => outcome === 'failed')).toHaveLength(3);
  expect(ends.filter(({ action }) => action === 'file.skip')).toMatchObject([
    {
      outcome: 'ok',
      details: { reason: 'symlink' },
      subject: { input: path.join(folder, 'link') },
    },
  ]);
  // All three are tried again, and what was refused finds its place as it would have then.
  await mkdir(late);
  await writeFile(path.join(late, 'd.txt'), 'd');
  await work.retry(first.id);
  expect(await ended()).toMatchObject({ files: 2, done: 1, failed: 2, skipped: 0 });
  await readFile(path.join(late, 'd.txt.clv'));
  await rm(late, { recursive: true });
  await writeFile(path.join(folder, 'b.txt'), 'b');
  await work.retry(work.current()?.id ?? '');
  expect(await ended()).toMatchObject({ done: 1, failed: 1 });
  // Also where all of it is refused once more.
  await work.retry(work.current()?.id ?? '');
  const last = await ended();
  expect(last).toMatchObject({ files: 0, done: 0, failed: 1 });
  const [ending] = await recorded(last.id);
  expect(ending).toMatchObject({ action: 'batch.end', details: { done: 0, failed: 1 } });
});

it('records a first batch too in which every file is refused or left out', async () => {
  const { work } = desk.app;
  const [folder, gone] = [path.join(desk.home, 'links-only'), path.join(desk.home, 'gone-too')];
  await mkdir(folder);
  await symlink('elsewhere', path.join(folder, 'link'));
  work.draft.clear();
  await work.draft.add([folder, gone]);
  const batch = await run(choice());
  expect(batch).toMatchObject({ files: 0, done: 0, failed: 1, skipped: 1 });
  const records = await recorded(batch.id);
  expect(records.map(({ action, outcome }) => `${action} ${outcome}`).toSorted()).toEqual([
    'batch.end failed',
    'batch.start ok',
    'file.encrypt failed',
    'file.skip ok',
  ]);
});

it('forgets drafts, plans and folders when the vault is locked', async () => {
  const { work, desk: place } = desk.app;
  const output = work.giveOutput(desk.home);
  await work.draft.add([await makeFiles('locked')]);
  const { id } = await work.plan(choice({ output: output.id }));
  await place.lock('user');
  await place.unlock(PIN);
  expect(work.draft.view().items).toEqual([]);
  expect(() => work.planOf(id)).toThrow();
  await expect(work.plan(choice({ output: output.id }))).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

it('starts a plan once, however often it is asked to', async () => {
  const { work, desk: place } = desk.app;
  await work.draft.add([await makeFiles('twice')]);
  const { id } = await work.plan(choice());
  const [first, second] = await Promise.allSettled([work.start(id), work.start(id)]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
  expect(await ended()).toMatchObject({ done: 3, failed: 0 });
  expect(work.unfinished()).toEqual([]);
  const index = await place.unlocked.vault.audit();
  const { lines } = await index.query({ action: 'batch.start', limit: 2 });
  const folders = lines.map(({ record }) => record.subject['batch']);
  expect(new Set(folders).size).toBe(2);
  expect(work.current()?.id).toBe(folders[0]);
});

it('keeps the newest plan, also where an older one takes longer', async () => {
  const { work } = desk.app;
  const large = path.join(desk.home, 'large');
  await mkdir(large);
  for (let n = 0; n < 500; n++) await writeFile(path.join(large, `${n}.txt`), '');
  const [item] = (await work.draft.add([large])).items;
  const older = work.plan(choice());
  await work.draft.add([await makeFiles('small')]);
  work.draft.remove([item?.id ?? '']);
  const newer = await work.plan(choice());
  await older;
  expect(work.planOf(newer.id).plan.files).toHaveLength(3);
});

it('adds what is dropped twice at once only once, and nothing after it was cleared', async () => {
  const { work } = desk.app;
  work.draft.clear();
  const folder = await makeFiles('dropped twice');
  await Promise.all([work.draft.add([folder]), work.draft.add([folder])]);
  expect(work.draft.view().items).toHaveLength(1);
  const adding = work.draft.add([await makeFiles('dropped, then locked')]);
  work.draft.clear();
  await adding;
  expect(work.draft.view().items).toEqual([]);
});

it('makes no output folder that is gone: its disk may have been taken away', async () => {
  const { work } = desk.app;
  const out = path.join(desk.home, 'stick');
  await mkdir(out);
  const output = work.giveOutput(out).id;
  await work.draft.add([await makeFiles('onto a stick')]);
  const plan = await work.plan(choice({ output }));
  expect(plan.refusal).toBeNull();
  await rm(out, { recursive: true });
  await expect(work.start(plan.id)).rejects.toMatchObject({ code: 'not-found' });
  expect((await work.plan(choice({ output }))).refusal).toMatchObject({ code: 'not-found' });
  await mkdir(out);
  expect(await run(choice({ output }))).toMatchObject({ done: 3, failed: 0 });
});

it('keeps the results of a batch over a lock, until they are left', async () => {
  const { work, desk: place } = desk.app;
  work.draft.clear();
  await work.draft.add([await makeFiles('kept over a lock')]);
  const { id } = await run(choice());
  await place.lock('user');
  await place.unlock(PIN);
  expect(work.current()).toMatchObject({ id, done: 3, state: 'finished' });
  expect(work.receipts({ id, ...all }).total).toBe(3);
  work.dismiss(id);
  expect(work.current()).toBeNull();
});

it('lists files as people count them, and exports their receipts as a spreadsheet reads them', async () => {
  const { work } = desk.app;
  const folder = path.join(desk.home, 'natural order');
  await mkdir(folder);
  const names = ['part 1;=1+1.txt', 'part 2.txt', 'part 10.txt'];
  for (const name of names) await writeFile(path.join(folder, name), name);
  work.draft.clear();
  await work.draft.add([folder]);
  const plan = await work.plan(choice());
  expect(plan.plan.files.map(({ input }) => path.basename(input))).toEqual(names);
  const { id } = await run(choice());
  desk.answer = path.join(desk.home, 'natural order.csv');
  await work.export({ id, format: 'csv' });
  const [heads, first, ...rest] = (await readFile(desk.answer, 'utf8')).split('\r\n');
  expect(heads).toBe('\ufeffinput,output,outcome,reason,bytes,sha256,sha256-4m,key,version');
  const name = path.join(folder, 'part 1;=1+1.txt');
  expect(first?.startsWith(`"${name}","${name}.clv",done,,`)).toBe(true);
  expect(rest).toHaveLength(3);
});

it('says why receipts could not be exported', async () => {
  const { work } = desk.app;
  desk.answer = path.join(desk.home, 'no such folder', 'receipts.csv');
  await work.draft.add([await makeFiles('to be exported')]);
  const { id } = await run(choice());
  await expect(work.export({ id, format: 'csv' })).rejects.toMatchObject({
    name: 'Failure',
    code: 'io',
  });
});

it('starts nothing in a vault that is locked meanwhile: the batch waits to be resumed', async () => {
  const { work, desk: place } = desk.app;
  await work.draft.add([await makeFiles('locked meanwhile')]);
  const started = work.start((await work.plan(choice())).id);
  // While it is being stored, which takes several writes to the disk.
  await new Promise((resolve) => setImmediate(resolve));
  const locked = place.lock('user');
  await expect(started).rejects.toMatchObject({ code: 'not-logged-in' });
  await locked;
  expect(work.isRunning).toBe(false);
  await place.unlock(PIN);
  const [waiting] = work.unfinished();
  work.resume(waiting?.id ?? '');
  expect(await ended()).toMatchObject({ done: 3, failed: 0 });
});

it('lets nobody who finds the locked window end the batch behind it by leaving the vault', async () => {
  const { work, desk: place } = desk.app;
  const folder = await makeFiles('long');
  await truncate(path.join(folder, 'a.txt'), 600 * 1024 * 1024);
  await work.draft.add([folder]);
  const { id } = await work.start((await work.plan(choice({ keys: [inToken] }))).id);
  await place.lock('user');
  expect(place.screen()).toMatchObject({ screen: 'locked', batchRunning: true });
  // Nor does the locked window learn what the batch does.
  const told = new Set<string>();
  const known = new Set<string>();
  const deaf = desk.app.events.listenAsWindow(({ name }) => told.add(name));
  const stop = desk.app.events.listen(({ name }) => known.add(name));
  await vi.waitFor(() => expect(known).toContain('batch.progress'), 10_000);
  deaf();
  stop();
  expect([...told].filter((name) => name.startsWith('batch.'))).toEqual([]);
  await expect(place.close()).rejects.toMatchObject({ code: 'busy' });
  await expect(place.openFolder(desk.home)).rejects.toMatchObject({ code: 'busy' });
  expect(work.isRunning).toBe(true);
  await place.unlock(PIN);
  work.cancel(id);
  expect(await ended()).toMatchObject({ state: 'cancelled' });
});
