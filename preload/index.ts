import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { AnyEvent, Bridge } from '../shared/contract.ts';
import { channels } from '../shared/contract/channels.ts';

// Carries calls and events and decides nothing: main checks everything.

const pathsOf = (files: readonly File[]): string[] =>
  [...files].map((file) => webUtils.getPathForFile(file));

const bridge: Bridge<File> = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  drop: (name, files) => ipcRenderer.invoke(channels.drop, name, pathsOf(files)),
  on: (listener) => {
    const forward = (_event: unknown, message: AnyEvent): void => listener(message);
    ipcRenderer.on(channels.event, forward);
    return () => ipcRenderer.off(channels.event, forward);
  },
};

contextBridge.exposeInMainWorld('claviger', bridge);
