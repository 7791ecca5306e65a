/**
 * Options of a program that runs from its sources; packages leave this file out
 * (electron-builder.yml). For tests of the window with tokens that are not evaluation tokens.
 */
export const allowsAnyToken = (hasSwitch: (name: string) => boolean): boolean =>
  hasSwitch('allow-any-token');
