import { notStarted } from '../shared/messages/desktop.ts';
import { randomBytes } from 'node:crypto';
import { url as inspectorUrl } from 'node:inspector';
import { hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, type BrowserWindow, dialog, nativeTheme, protocol, screen } from 'electron';
import { VERSION } from '../shared/version.ts';
import { App } from './desktop/app/index.ts';
import { forbidCoreDumpsOfAll, osUser, stateFolder, systemClock } from './system/index.ts';
import { loadSqlJs } from './sqlite/index.ts';
import {
  answerCalls,
  Incidents,
  loadHome,
  makeWindow,
  openedFiles,
  prepareSession,
  quitInOrder,
  reviveWindow,
  SCHEME,
  showEvents,
  startUtilityEngine,
  systemDialogs,
  systemTrash,
  takeFiles,
  trustInRuntime,
  watch,
  WindowState,
} from './desktop/shell/index.ts';
import { TrustStore } from './trust/index.ts';
import { userIndexCache } from './audit/index.ts';

// Composition root of the app. What must come before 'ready' runs at once; the rest waits for it
// without a top-level await, which would keep 'ready' back for ever.

forbidCoreDumpsOfAll();
const here = import.meta.dirname;
const engineScript = fileURLToPath(new URL('./engine/process.js', import.meta.url));
const dataDir = app.getPath('userData');
const incidentsFile = path.join(dataDir, 'incidents.jsonl');
const incidents = new Incidents(incidentsFile);
const report = (error: unknown): void => incidents.report(randomBytes(4).toString('hex'), error);
const filesAsked = openedFiles(process.argv, process.cwd(), app.getAppPath());

const startServices = async (window: () => BrowserWindow | null): Promise<App> =>
  App.start({
    dataDir,
    report,
    dialogs: systemDialogs(window),
    trash: systemTrash(),
    vaultContext: {
      sqlJs: await loadSqlJs(),
      actor: { user: osUser(), host: hostname(), app: `claviger/${VERSION}` },
      clock: systemClock,
      indexCache: userIndexCache(process.env, process.platform),
    },
    trust: new TrustStore(stateFolder(process.env, process.platform)),
    startEngine: () => startUtilityEngine(engineScript),
    runtime: {
      electron: process.versions.electron,
      chromium: process.versions.chrome,
      ...(await trustInRuntime({
        isPackaged: app.isPackaged,
        appPath: app.getAppPath(),
        told: process.env['CLAVIGER_RUNTIME'],
        hasSwitch: (name) => app.commandLine.hasSwitch(name),
      })),
    },
    onLocked: () => window()?.webContents.reloadIgnoringCache(),
  });

const start = async (): Promise<void> => {
  await app.whenReady();
  let window: BrowserWindow | null = null;
  const services = await startServices(() => window);
  prepareSession(path.join(here, '../renderer'));
  answerCalls(services, incidents, () => window?.webContents ?? null);
  nativeTheme.themeSource = services.settings.values.theme;
  const state = await WindowState.open(path.join(dataDir, 'window.json'), screen);
  const opened = makeWindow({
    state,
    preload: path.join(here, '../preload/index.cjs'),
    icon: path.join(here, '../renderer/icon.png'),
    devTools: !app.isPackaged,
    dark: nativeTheme.shouldUseDarkColors,
  });
  window = opened;
  showEvents(services, opened);
  takeFiles(services, opened, report);
  const unwatch = watch(services, opened, report);
  const quitting = quitInOrder({
    window: opened,
    report,
    isBatchRunning: () => services.work.isRunning,
    batchEnded: () => services.work.ended,
    stop: async () => {
      unwatch();
      await state.remember(opened);
      await services.stop();
    },
  });
  reviveWindow(opened, quitting.hasBegun, report);
  // The window opens all the same.
  await services.openLast().catch(report);
  if (filesAsked.length > 0) await services.addFiles(filesAsked).catch(report);
  await loadHome(opened).catch((error: unknown) => {
    // A window that is closed while it still loads is no failed start.
    if (!quitting.hasBegun()) throw error;
  });
};

// Whoever can start the app could otherwise attach to its window and read along. Where a fuse lets
// Node's inspector in, as in the copy that the tests steer, that would protect nothing.
if (app.isPackaged && inspectorUrl() === undefined) {
  app.commandLine.removeSwitch('remote-debugging-port');
  app.commandLine.removeSwitch('remote-debugging-pipe');
}
// As root there is no sandbox to be had, and asking for one would end every child process.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
// A bug with nobody to tell must neither go unnoticed nor end the program in mid-batch.
process.on('unhandledRejection', report);
if (app.requestSingleInstanceLock(filesAsked)) {
  start().catch((error: unknown) => {
    report(error);
    const cause = error instanceof Error ? error.message : String(error);
    dialog.showErrorBox(notStarted.title, notStarted.text(cause, incidentsFile));
    app.exit(1);
  });
} else {
  app.quit();
}
