import { BrowserWindow } from 'electron';
import { HOME } from './pages.ts';
import { windowPreferences } from './rules/window-preferences.ts';
import type { WindowState } from './window-state.ts';

/** Content size, without the frame of the window. */
const FIRST = { width: 1280, height: 800 } as const;
const SMALLEST = { minWidth: 1024, minHeight: 700 } as const;

export interface WindowParts {
  readonly preload: string;
  readonly icon: string;
  /** Developer tools exist while developing only. */
  readonly devTools: boolean;
  readonly state: WindowState;
  readonly dark: boolean;
}

/** The one window. It is shown once its page is ready. */
export const makeWindow = ({
  preload,
  icon,
  devTools,
  state,
  dark,
}: WindowParts): BrowserWindow => {
  const { bounds } = state;
  const window = new BrowserWindow({
    ...FIRST,
    ...SMALLEST,
    useContentSize: bounds === null,
    ...bounds,
    show: false,
    title: 'Claviger',
    autoHideMenuBar: true,
    backgroundColor: dark ? '#14181b' : '#f5f6f4',
    icon,
    webPreferences: { ...windowPreferences, preload, devTools },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  return window;
};

export const loadHome = (window: BrowserWindow): Promise<void> => window.loadURL(HOME);
