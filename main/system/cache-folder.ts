import path from 'node:path';
import { homeFolder } from './state-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** This user's cache folder; null for a user without a home folder. */
export const cacheFolder = (env: Environment, platform: NodeJS.Platform): string | null => {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const given = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'];
  const own = platform === 'win32' ? ['Claviger', 'cache'] : ['claviger'];
  // The XDG base directory specification: a relative one is to be ignored.
  if (platform !== 'darwin' && given !== undefined && paths.isAbsolute(given))
    return paths.join(given, ...own);
  const home = homeFolder(env, platform);
  if (home === null || !paths.isAbsolute(home)) return null;
  if (platform === 'win32') return paths.join(home, 'AppData', 'Local', ...own);
  return platform === 'darwin'
    ? paths.join(home, 'Library', 'Caches', 'Claviger')
    : paths.join(home, '.cache', ...own);
};
