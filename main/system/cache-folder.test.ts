import { expect, it } from 'vitest';
import { cacheFolder } from './cache-folder.ts';

it('is the default of the system, or the folder that the system names', () => {
  const home = { HOME: '/home/ada', USERPROFILE: 'C:\\Users\\ada' };
  expect(cacheFolder(home, 'linux')).toBe('/home/ada/.cache/claviger');
  expect(cacheFolder(home, 'darwin')).toBe('/home/ada/Library/Caches/Claviger');
  expect(cacheFolder(home, 'win32')).toBe('C:\\Users\\ada\\AppData\\Local\\Claviger\\cache');
  expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/srv/cache' }, 'linux')).toBe(
    '/srv/cache/claviger',
  );
  expect(cacheFolder({ ...home, XDG_CACHE_HOME: 'cache' }, 'linux')).toBe(
    '/home/ada/.cache/claviger',
  );
});
