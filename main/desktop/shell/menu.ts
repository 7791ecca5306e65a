import { menu } from '../../../shared/messages/desktop.ts';
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Command } from '../../../shared/contract/app.ts';

const isMac = process.platform === 'darwin';

/** Shows its shortcut, which the page itself handles. */
const item = (
  label: string,
  accelerator: string,
  command: Command,
  send: (command: Command) => void,
): MenuItemConstructorOptions => ({
  label,
  accelerator,
  registerAccelerator: false,
  click: () => send(command),
});

const template = (send: (command: Command) => void): MenuItemConstructorOptions[] => [
  ...(isMac ? [{ role: 'appMenu' } as const] : []),
  {
    label: menu.file,
    submenu: [
      item(menu.addFiles, 'O', 'add-files', send),
      item(menu.addFolder, 'Shift+O', 'add-folder', send),
      item(menu.createKey, 'N', 'new-key', send),
      { type: 'separator' },
      item(menu.lock, 'CommandOrControl+L', 'lock', send),
      isMac ? { role: 'close' } : { role: 'quit' },
    ],
  },
  { role: 'editMenu' },
  {
    label: menu.go,
    submenu: [
      item(menu.overview, 'CommandOrControl+1', 'overview', send),
      item(menu.keys, 'CommandOrControl+2', 'keys', send),
      item(menu.work, 'CommandOrControl+3', 'work', send),
      item(menu.audit, 'CommandOrControl+4', 'audit', send),
      item(menu.reports, 'CommandOrControl+5', 'reports', send),
      item(menu.settings, 'CommandOrControl+,', 'settings', send),
    ],
  },
  { label: menu.window, submenu: [{ role: 'minimize' }, { role: 'togglefullscreen' }] },
];

/** The native menu: no reload, no zoom by accident, no developer tools. */
export const setMenu = (send: (command: Command) => void): void =>
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(send)));
