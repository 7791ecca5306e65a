import { expect, it } from 'vitest';
import { stateFolder } from './state-folder.ts';

it('is the default of the system', () => {
  const home = { HOME: '/home/ada', USERPROFILE: 'C:\\Users\\ada' };
  expect(stateFolder(home, 'linux')).toBe('/home/ada/.local/state/claviger');
  expect(stateFolder(home, 'darwin')).toBe('/home/ada/Library/Application Support/Claviger/state');
  expect(stateFolder(home, 'win32')).toBe('C:\\Users\\ada\\AppData\\Local\\Claviger\\state');
  const local = { ...home, LOCALAPPDATA: 'D:\\Local' };
  expect(stateFolder(local, 'win32')).toBe('D:\\Local\\Claviger\\state');
});

it('follows XDG_STATE_HOME, unless it is relative', () => {
  const home = { HOME: '/home/ada' };
  const given = { ...home, XDG_STATE_HOME: '/srv/state' };
  expect(stateFolder(given, 'linux')).toBe('/srv/state/claviger');
  const relative = { ...home, XDG_STATE_HOME: 'state' };
  expect(stateFolder(relative, 'linux')).toBe('/home/ada/.local/state/claviger');
});

it('is where CLAVIGER_STATE says, which must be a full path', () => {
  const env = { HOME: '/home/ada', XDG_STATE_HOME: '/srv/state', CLAVIGER_STATE: '/srv/mine' };
  expect(stateFolder(env, 'linux')).toBe('/srv/mine');
  expect(stateFolder({ ...env, CLAVIGER_STATE: '' }, 'linux')).toBe('/srv/state/claviger');
  const relative = (): unknown => stateFolder({ ...env, CLAVIGER_STATE: 'state' }, 'linux');
  expect(relative).toThrow(expect.objectContaining({ name: 'Failure', code: 'usage' }));
});
