import { userInfo } from 'node:os';

/** The name of the operating system's user, as records name it: an id may have no account. */
export const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};
