import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyEvent } from '../../../shared/contract.ts';
import { type EngineProcess, startEngine } from '../../engine/start.ts';
import { loadSqlJs } from '../../sqlite/sql-js.ts';
import { FreedesktopTrash } from '../../batch/trash.ts';
import { TrustStore } from '../../trust/trust-store.ts';
import { App } from '../app/app.ts';

export const PIN = '271828';

/** The built one: it starts threads of its own by their paths (npm run build comes before). */
const script = new URL('../../../out/bundle/engine-process.cjs', import.meta.url);

/** Engines of real processes over a real token. */
export interface Engines {
  start(): EngineProcess;
  remove(): Promise<void>;
}

export const makeEngines = (): Engines => {
  const running = new Set<EngineProcess>();
  return {
    start: () => {
      const engine = startEngine(script);
      running.add(engine);
      void engine.exited.then(() => running.delete(engine));
      return engine;
    },
    remove: async () => {
      await Promise.all([...running].map((engine) => engine.stop()));
    },
  };
};

/** The services of the app without Electron, in a home of their own. */
export interface DeskApp {
  readonly app: App;
  readonly home: string;
  readonly events: AnyEvent[];
  /** What the next dialog of the system answers. */
  answer: string | null;
  remove(): Promise<void>;
}

export const startDeskApp = async (engines: Engines, at?: string): Promise<DeskApp> => {
  const home = at ?? (await mkdtemp(path.join(tmpdir(), 'claviger-desk-')));
  const made = { home, events: [] as AnyEvent[], answer: null as string | null };
  const pick = (): Promise<string | null> => Promise.resolve(made.answer);
  const app = await App.start({
    dataDir: path.join(home, 'data'),
    vaultContext: {
      sqlJs: await loadSqlJs(),
      actor: { user: 'officer', host: 'desk-4', app: 'claviger/test' },
      clock: { source: 'system', now: () => new Date() },
    },
    startEngine: () => engines.start(),
    trust: new TrustStore(path.join(home, 'state')),
    dialogs: {
      pickFolder: pick,
      pickFiles: () => Promise.resolve(made.answer === null ? [] : [made.answer]),
      pickLibrary: pick,
      pickSave: pick,
      reveal: () => undefined,
      copy: () => Promise.resolve(),
    },
    trash: new FreedesktopTrash({ HOME: home }),
    runtime: { electron: '0', chromium: '0', official: true, anyToken: true },
    report: (error) => {
      throw error;
    },
    onLocked: () => undefined,
  });
  app.events.listen((event) => made.events.push(event));
  return Object.assign(made, {
    app,
    remove: async () => {
      await app.stop();
      await rm(home, { recursive: true, force: true });
    },
  });
};

/** Makes an evaluation vault with the wizard; it is open and unlocked then. */
export const makeVault = async (desk: DeskApp, name = 'Vault'): Promise<string> => {
  const { setup } = desk.app;
  desk.answer = path.join(desk.home, name);
  const folder = await setup.pickFolder();
  if (folder === null) throw new Error('no folder');
  await setup.connect({ kind: 'evaluation', folder: folder.id, pin: PIN });
  await setup.finish({ folder: folder.id, lossPlan: null });
  return folder.path;
};
