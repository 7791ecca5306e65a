import { userInfo } from 'node:os';

/** The operating system's user name for records; a user ID may have no account. */
export const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};
