import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  PIN,
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

const pick = async (): Promise<string> => {
  const folder = path.join(desk.home, 'files');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'a.txt'), 'a');
  desk.answer = folder;
  const chosen = await desk.app.surveys.pick({ what: 'folder' });
  expect(chosen).toMatchObject({ first: folder, others: 0 });
  return chosen?.id ?? '';
};

it('one survey runs at a time, and a cancelled one leaves nothing behind', async () => {
  const { surveys, desk: place } = desk.app;
  const id = await pick();
  const before = place.unlocked.vault.head.size;
  const running = surveys.run({ id, prove: false });
  await expect(surveys.run({ id, prove: false })).rejects.toMatchObject({ code: 'busy' });
  surveys.cancel();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(await surveys.run({ id, prove: false })).toMatchObject({ files: 1, plain: 1 });
  expect(place.unlocked.vault.head.size).toBe(before);
});

it('locking ends a survey, and what was chosen for it is forgotten', async () => {
  const { surveys, desk: place } = desk.app;
  const id = await pick();
  const running = surveys.run({ id, prove: true });
  const [ended] = await Promise.allSettled([running, place.lock('user')]);
  expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
  await place.unlock(PIN);
  await expect(surveys.run({ id, prove: true })).rejects.toMatchObject({ code: 'invalid-request' });
  expect(await surveys.run({ id: await pick(), prove: true })).toMatchObject({ files: 1 });
  const index = await place.unlocked.vault.audit();
  expect((await index.query({ action: 'batch.survey', limit: 1 })).total).toBe(1);
});
