import { batchEnd } from '../../../shared/messages/desktop.ts';
import { type BrowserWindow, Notification } from 'electron';
import type { AnyEvent } from '../../../shared/contract.ts';
import type { Batch } from '../../../shared/contract/work.ts';

/** If a batch took longer than this, and the window is not in front, its end is notified. */
const LONG_MS = 10_000;
const NONE = -1;

/** Progress in the taskbar, and a notification at the end, without file names. */
export const showBatchSigns = (event: AnyEvent, window: BrowserWindow): void => {
  if (event.name === 'batch.progress') {
    const { bytes, bytesDone } = event.data;
    window.setProgressBar(bytes === 0 ? 0 : bytesDone / bytes);
  }
  if (event.name === 'batch.finished') {
    window.setProgressBar(NONE);
    if (!window.isFocused() && isLong(event.data)) new Notification(wordsFor(event.data)).show();
  }
};

const isLong = ({ started, ended }: Batch): boolean =>
  ended !== null && Date.parse(ended) - Date.parse(started) >= LONG_MS;

const wordsFor = ({ kind, done, failed, state }: Batch): { title: string; body: string } => ({
  title: state === 'interrupted' ? batchEnd.interrupted : batchEnd.ended,
  body: batchEnd.files(kind, done, failed),
});
