import { quitting as words } from '../../../shared/messages/desktop.ts';
import { app, type BrowserWindow, dialog } from 'electron';

export interface Quitting {
  readonly window: BrowserWindow;
  readonly isBatchRunning: () => boolean;
  /** Resolves when the running batch has ended, in any way. */
  readonly batchEnded: () => Promise<void>;
  /** Locks and closes what is open. */
  readonly stop: () => Promise<void>;
  readonly report: (error: unknown) => void;
}

/**
 * Quits in order: asks if a batch is running, locks the vault, then ends.
 * @returns whether that has started
 */
export const quitInOrder = ({
  window,
  isBatchRunning,
  batchEnded,
  stop,
  report,
}: Quitting): { readonly hasBegun: () => boolean } => {
  let begun = false;
  const quit = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    if (isBatchRunning() && !(await mayEndBatch(window, batchEnded()))) {
      begun = false;
      return;
    }
    await stop().catch(report);
    app.exit();
  };
  window.on('close', (event) => {
    event.preventDefault();
    void quit();
  });
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit();
  });
  return { hasBegun: () => begun };
};

/** If the batch ends meanwhile, there is nothing to ask. */
const mayEndBatch = async (window: BrowserWindow, ended: Promise<void>): Promise<boolean> => {
  const over = new AbortController();
  const close = (): void => over.abort();
  void ended.then(close, close);
  const { signal } = over;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: words.title,
    detail: words.detail,
    buttons: [words.stay, words.quit],
    defaultId: 0,
    cancelId: 0,
    signal,
  });
  return signal.aborted || response === 1;
};
