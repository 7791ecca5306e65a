import { dialogs as titles } from '../../../shared/messages/desktop.ts';
import { type BrowserWindow, clipboard, dialog, type OpenDialogOptions, shell } from 'electron';
import { notCopied } from '../../../shared/messages/failures/desktop.ts';
import type { Dialogs } from '../common/index.ts';

/** The dialogs of the operating system, over the window. */
export const systemDialogs = (window: () => BrowserWindow | null): Dialogs => {
  const open = async (options: OpenDialogOptions): Promise<readonly string[]> => {
    const parent = window();
    const { canceled, filePaths } = await (parent === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(parent, options));
    return canceled ? [] : filePaths;
  };
  return {
    pickFolder: async (title) =>
      (await open({ title, properties: ['openDirectory', 'createDirectory'] }))[0] ?? null,
    pickFiles: (title) => open({ title, properties: ['openFile', 'multiSelections'] }),
    pickLibrary: async () =>
      (await open({ title: titles.library, properties: ['openFile'] }))[0] ?? null,
    pickSave: async (defaultPath) => {
      const parent = window();
      const { canceled, filePath } = await (parent === null
        ? dialog.showSaveDialog({ defaultPath })
        : dialog.showSaveDialog(parent, { defaultPath }));
      return canceled || filePath === '' ? null : filePath;
    },
    reveal: (file) => shell.showItemInFolder(file),
    copy: async (text) => {
      await clipboard.writeText(text);
      if ((await clipboard.readText()) === '') throw notCopied();
    },
  };
};
