import { rename } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  PIN,
  startDeskApp,
} from '../testing/desk-app.ts';
import { TokenWatch } from './token-watch.ts';

let engines: Engines;
let desk: DeskApp;
let folder: string;

beforeEach(async () => {
  engines = makeEngines();
  desk = await startDeskApp(engines);
  folder = await makeVault(desk);
  await desk.app.desk.lock('user');
});
afterEach(async () => {
  await desk.remove();
  await engines.remove();
});

it('sees the token of a locked vault, without a PIN, and says why it is missing', async () => {
  const { open } = desk.app.desk;
  if (open === null) throw new Error('no vault');
  const watch = new TokenWatch(open, () => engines.start());
  expect(await watch.look()).toMatchObject({ present: true, pinState: 'ok', failure: null });
  await watch.stop();
  await rename(path.join(folder, 'token'), path.join(folder, 'token.away'));
  const gone = await watch.look();
  expect(gone?.present).toBe(false);
  expect(gone?.failure?.code).toBe('token-not-found');
  await watch.stop();
  await rename(path.join(folder, 'token.away'), path.join(folder, 'token'));
  expect(await watch.look()).toMatchObject({ present: true, failure: null });
  await watch.stop();
  await desk.app.desk.unlock(PIN);
});

it('reports that the folder of the vault is missing, and finds it again', async () => {
  const { desk: app } = desk.app;
  const shown = async (): Promise<unknown> => {
    await app.look();
    const screen = app.screen();
    return screen.screen === 'locked' ? screen.token : screen;
  };
  await rename(folder, `${folder} away`);
  expect(await shown()).toMatchObject({
    present: false,
    failure: { code: 'not-found', next: expect.stringMatching(/\w/) as string },
  });
  await expect(app.unlock(PIN)).rejects.toMatchObject({ name: 'Failure', code: 'not-found' });
  await rename(`${folder} away`, folder);
  expect(await shown()).toMatchObject({ present: true, failure: null });
  await app.unlock(PIN);
});
