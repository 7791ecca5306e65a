import type { BrowserWindow } from 'electron';
import { loadHome } from './window.ts';

/** A page that crashes every time is not reloaded endlessly. */
const MOST = 3;
/** When the system ends all processes at once, the page's may go first. In milliseconds. */
const PAUSE_MS = 500;

/** Reloads the page after its process has crashed; main and the engine are not affected. */
export const reviveWindow = (
  window: BrowserWindow,
  isQuitting: () => boolean,
  report: (error: unknown) => void,
): void => {
  let crashes = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (isQuitting()) return;
    report(new Error(`the process of the window is gone: ${reason}`));
    crashes++;
    if (crashes > MOST) return;
    setTimeout(() => {
      if (!isQuitting() && !window.isDestroyed()) void loadHome(window).catch(report);
    }, PAUSE_MS);
  });
};
