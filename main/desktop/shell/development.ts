/**
 * What only a program that runs from its sources can be asked for: no package holds this file
 * (electron-builder.yml). For tests of the window with tokens that are none for evaluation.
 */
export const allowsAnyToken = (hasSwitch: (name: string) => boolean): boolean =>
  hasSwitch('allow-any-token');
