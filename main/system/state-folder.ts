import { homedir } from 'node:os';
import path from 'node:path';
import { stateFolderNotFull } from '../../shared/messages/failures/system.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder with what this user's Claviger trusts, shared by the command line and the window. Null
 * for a user without a home folder.
 * @throws Failure 'usage'
 */
export const stateFolder = (env: Environment, platform: NodeJS.Platform): string | null => {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const named = env['CLAVIGER_STATE'];
  if (named !== undefined && named !== '') {
    if (paths.isAbsolute(named)) return named;
    throw stateFolderNotFull(named);
  }
  const base = baseFolder(env, platform, paths);
  return base === null ? null : paths.join(base, ...ownFolder(platform));
};

const ownFolder = (platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' || platform === 'darwin' ? ['Claviger', 'state'] : ['claviger'];

const baseFolder = (
  env: Environment,
  platform: NodeJS.Platform,
  paths: path.PlatformPath,
): string | null => {
  // The XDG base directory specification: a relative one is to be ignored.
  const given = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_STATE_HOME'];
  const isGiven = platform !== 'darwin' && given !== undefined && paths.isAbsolute(given);
  if (isGiven) return given;
  const home = homeFolder(env, platform);
  if (home === null || !paths.isAbsolute(home)) return null;
  if (platform === 'win32') return paths.join(home, 'AppData', 'Local');
  return platform === 'darwin'
    ? paths.join(home, 'Library', 'Application Support')
    : paths.join(home, '.local', 'state');
};

/** Null for a user id without an account. */
export const homeFolder = (env: Environment, platform: NodeJS.Platform): string | null => {
  const named = env[platform === 'win32' ? 'USERPROFILE' : 'HOME'];
  if (named !== undefined && named !== '') return named;
  try {
    return homedir();
  } catch {
    return null; // a user id without an account has none
  }
};
