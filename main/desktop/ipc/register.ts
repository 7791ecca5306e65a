import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import { channels } from '../../../shared/contract/channels.ts';
import type { Dispatcher, Sender } from './dispatch.ts';

/** The only place that receives messages from a window. */
export const registerIpc = (dispatcher: Dispatcher, ownWindow: () => WebContents | null): void => {
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) =>
    dispatcher.call(senderOf(event, ownWindow()), name, input),
  );
  ipcMain.handle(channels.drop, (event, name: unknown, paths: unknown) =>
    dispatcher.drop(senderOf(event, ownWindow()), name, paths),
  );
};

const senderOf = (event: IpcMainInvokeEvent, own: WebContents | null): Sender => ({
  isOwnWindow: own !== null && event.sender === own && event.senderFrame === event.sender.mainFrame,
  url: event.senderFrame?.url ?? '',
});
