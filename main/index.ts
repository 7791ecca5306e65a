import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
} from 'electron';
import { channels } from '../shared/contract/channels.ts';
import { ELECTRON_VERSION, VERSION } from '../shared/version.ts';
import { App } from './app/app.ts';
import { handlersOf } from './app/handlers.ts';
import { Dispatcher } from './ipc/dispatch.ts';
import { registerIpc } from './ipc/register.ts';
import { loadSqlJs } from './keystore/sql-js.ts';
import { showBatchSigns } from './shell/batch-signs.ts';
import { startUtilityEngine } from './shell/engine-process.ts';
import { Incidents } from './shell/incidents.ts';
import { watchComputer, watchInput } from './shell/lock-triggers.ts';
import { setMenu } from './shell/menu.ts';
import { openedFiles } from './shell/opened-files.ts';
import { HOME, SCHEME, servePages } from './shell/pages.ts';
import { applyRules } from './shell/rules/index.ts';
import { windowPreferences } from './shell/rules/window-preferences.ts';
import { systemDialogs } from './shell/system-dialogs.ts';
import { loadHome, makeWindow } from './shell/window.ts';
import { WindowState } from './shell/window-state.ts';

// Composition root of the app. What must come before 'ready' runs at once; the rest waits for it
// without a top-level await, which would keep 'ready' back for ever.

const here = import.meta.dirname;
const dataDir = app.getPath('userData');
const incidents = new Incidents(path.join(dataDir, 'incidents.jsonl'));
const report = (error: unknown): void => incidents.report(randomBytes(4).toString('hex'), error);

const filesOf = (args: readonly string[], cwd: string): string[] =>
  openedFiles(args, cwd, app.getAppPath());

const start = async (): Promise<void> => {
  await app.whenReady();
  let window: BrowserWindow | null = null;
  let ending = false;
  const dialogs = systemDialogs(() => window);
  const services = await App.start({
    dataDir,
    dialogs,
    report,
    vaultContext: {
      sqlJs: await loadSqlJs(),
      actor: { user: userInfo().username, host: hostname(), app: `claviger/${VERSION}` },
      clock: { source: 'system', now: () => new Date() },
    },
    startEngine: () => startUtilityEngine(path.join(here, 'engine/process.js')),
    runtime: {
      electron: process.versions.electron,
      chromium: process.versions.chrome,
      // A third party's copy has another version than the one this program is made for.
      official: process.versions.electron === ELECTRON_VERSION,
    },
    onLocked: () => window?.webContents.reloadIgnoringCache(),
  });
  const { desk, work, events } = services;

  const own = session.fromPartition(windowPreferences.partition);
  own.protocol.handle(SCHEME, servePages(path.join(here, '../renderer')));
  applyRules({
    session: own,
    onContents: (lay) => app.on('web-contents-created', (_event, contents) => lay(contents)),
  });
  registerIpc(
    new Dispatcher({
      handlers: handlersOf(services),
      drop: (paths) => work.draft.add(paths),
      home: HOME,
      isUnlocked: () => desk.isUnlocked,
      record: (record) => desk.record(record),
      report: (incident, error) => incidents.report(incident, error),
    }),
    () => window?.webContents ?? null,
  );

  const state = await WindowState.open(path.join(dataDir, 'window.json'), screen);
  const applyTheme = (): void => {
    nativeTheme.themeSource = services.settings.values.theme;
  };
  applyTheme();
  window = makeWindow({
    state,
    preload: path.join(here, '../preload/index.cjs'),
    devTools: !app.isPackaged,
    dark: nativeTheme.shouldUseDarkColors,
  });
  const main = window;

  events.listen((event) => {
    if (main.isDestroyed()) return;
    if (event.name === 'settings') applyTheme();
    showBatchSigns(event, main);
    main.webContents.send(channels.event, event);
  });
  setMenu((command) => events.push('command', command));
  watchInput(main.webContents, () => services.autoLock.touch());
  watchComputer({
    powerMonitor,
    platform: process.platform,
    wanted: () => services.settings.values.lockWithSystem,
    lock: (reason) => void desk.lock(reason).catch(report),
  });
  const second = setInterval(() => void services.tick().catch(report), 1_000);
  const looking = setInterval(() => void desk.look().catch(report), 5_000);

  const open = (files: readonly string[]): void => {
    if (files.length > 0) void services.addFiles(files).catch(report);
    if (main.isMinimized()) main.restore();
    main.focus();
  };
  app.on('second-instance', (_event, _args, _cwd, data) => open(filesFrom(data)));
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open([file]);
  });

  const quit = async (): Promise<void> => {
    if (ending) return;
    if (work.isRunning && !(await mayEndBatch(main))) return;
    ending = true;
    clearInterval(second);
    clearInterval(looking);
    await state.remember(main).catch(report);
    await services.stop().catch(report);
    app.exit();
  };
  main.on('close', (event) => {
    event.preventDefault();
    void quit();
  });
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit();
  });
  main.webContents.on('render-process-gone', (_event, { reason }) => {
    report(new Error(`the window's process is gone: ${reason}`));
    if (!ending) void loadHome(main).catch(report);
  });

  const [last] = services.recent.list();
  if (last?.present === true) await desk.openFolder(last.path);
  const files = filesOf(process.argv, process.cwd());
  if (files.length > 0) await services.addFiles(files);
  await loadHome(main);
};

const filesFrom = (data: unknown): string[] =>
  Array.isArray(data) ? data.filter((each) => typeof each === 'string') : [];

const mayEndBatch = async (window: BrowserWindow): Promise<boolean> => {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'A batch is running.',
    detail: 'Files that are done stay. The others can be resumed or encrypted again later.',
    buttons: ['Keep running', 'Cancel the batch and quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
};

if (app.isPackaged) {
  // Whoever can start the app could otherwise attach to its window and read along.
  app.commandLine.removeSwitch('remote-debugging-port');
  app.commandLine.removeSwitch('remote-debugging-pipe');
}
// As root there is no sandbox to be had, and asking for one would end every child process.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
if (app.requestSingleInstanceLock(filesOf(process.argv, process.cwd()))) {
  start().catch((error: unknown) => {
    report(error);
    app.exit(1);
  });
} else {
  app.quit();
}
