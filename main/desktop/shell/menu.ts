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
    label: '&File',
    submenu: [
      item('Add files…', 'O', 'add-files', send),
      item('Add a folder…', 'Shift+O', 'add-folder', send),
      item('Create a key…', 'N', 'new-key', send),
      { type: 'separator' },
      item('Lock', 'CommandOrControl+L', 'lock', send),
      isMac ? { role: 'close' } : { role: 'quit' },
    ],
  },
  { role: 'editMenu' },
  {
    label: '&Go',
    submenu: [
      item('Overview', 'CommandOrControl+1', 'overview', send),
      item('Keys', 'CommandOrControl+2', 'keys', send),
      item('Encrypt and decrypt', 'CommandOrControl+3', 'work', send),
      item('Audit', 'CommandOrControl+4', 'audit', send),
      item('Reports', 'CommandOrControl+5', 'reports', send),
      item('Settings', 'CommandOrControl+,', 'settings', send),
    ],
  },
  { label: '&Window', submenu: [{ role: 'minimize' }, { role: 'togglefullscreen' }] },
];

/** The native menu: no reload, no zoom by accident, no developer tools. */
export const setMenu = (send: (command: Command) => void): void =>
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(send)));
