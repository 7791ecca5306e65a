import path from 'node:path';
import {
  app,
  type BrowserWindow,
  nativeTheme,
  powerMonitor,
  session,
  type WebContents,
} from 'electron';
import { channels } from '../../../shared/contract/channels.ts';
import { type App, handlersOf } from '../app/index.ts';
import { Dispatcher, registerIpc } from '../ipc/index.ts';
import { showBatchSigns } from './batch-signs.ts';
import type { Incidents } from './incidents.ts';
import { watchComputer, watchInput } from './lock-triggers.ts';
import { setMenu } from './menu.ts';
import { HOME, SCHEME, servePages } from './pages.ts';
import { applyRules } from './rules/index.ts';
import { windowPreferences } from './rules/window-preferences.ts';

/**
 * Applies the rules to the window's session and serves its pages. Called before any window exists.
 */
export const prepareSession = (pagesDir: string): void => {
  const own = session.fromPartition(windowPreferences.partition);
  own.protocol.handle(SCHEME, servePages(path.resolve(pagesDir)));
  applyRules({
    session: own,
    onContents: (lay) => app.on('web-contents-created', (_event, contents) => lay(contents)),
  });
};

/** Answers the window's calls. */
export const answerCalls = (
  services: App,
  incidents: Incidents,
  ownContents: () => WebContents | null,
): void => {
  const { desk, work, verifying, checkpoints } = services;
  const dispatcher = new Dispatcher({
    handlers: handlersOf(services),
    drops: {
      'draft.drop': (paths) => work.draft.add(paths),
      'verify.drop': async (paths) => verifying.verify(paths),
      'checkpoints.drop': (paths) => checkpoints.compareDropped(paths),
    },
    home: HOME,
    isUnlocked: () => desk.isUnlocked,
    restriction: () => desk.restriction,
    record: (record) => desk.recordLook(record),
    report: (incident, error) => incidents.report(incident, error),
  });
  registerIpc(dispatcher, ownContents);
};

/** Sends events to the window, the taskbar and the system. */
export const showEvents = ({ events, settings }: App, window: BrowserWindow): void => {
  events.listen((event) => {
    if (window.isDestroyed()) return;
    if (event.name === 'settings') nativeTheme.themeSource = settings.values.theme;
    showBatchSigns(event, window);
  });
  events.listenAsWindow((event) => {
    if (!window.isDestroyed()) window.webContents.send(channels.event, event);
  });
  setMenu((command) => events.push('command', command));
};

const SECOND_MS = 1_000;
const LOOK_MS = 5_000;

/**
 * Watches the clock, the token, the computer and the user's input. @returns a function that stops
 * it
 */
export const watch = (
  services: App,
  window: BrowserWindow,
  report: (error: unknown) => void,
): (() => void) => {
  const { desk, settings, autoLock } = services;
  watchInput(window.webContents, () => autoLock.touch());
  const unwatch = watchComputer({
    powerMonitor,
    platform: process.platform,
    wanted: () => settings.values.lockWithSystem,
    lock: (reason) => void desk.lock(reason).catch(report),
  });
  const second = setInterval(() => void services.tick().catch(report), SECOND_MS);
  const look = setInterval(() => void desk.look().catch(report), LOOK_MS);
  return () => {
    unwatch();
    clearInterval(second);
    clearInterval(look);
  };
};

/** Files that the shell opens while the app runs. */
export const takeFiles = (
  services: App,
  window: BrowserWindow,
  report: (error: unknown) => void,
): void => {
  const open = (files: readonly string[]): void => {
    if (files.length > 0) void services.addFiles(files).catch(report);
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  app.on('second-instance', (_event, _args, _cwd, data) => open(filesFrom(data)));
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open([file]);
  });
};

/** The files that a second instance was started with. */
const filesFrom = (data: unknown): string[] =>
  Array.isArray(data) ? data.filter((each) => typeof each === 'string') : [];
