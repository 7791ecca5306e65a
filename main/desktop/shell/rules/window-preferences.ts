import type { WebPreferences } from 'electron';

/**
 * Checklist 2, 3, 4, 6, 8, 9, 10: set although most are defaults, so that a change of the
 * defaults changes nothing here.
 */
export const windowPreferences = {
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false,
  enableWebSQL: false,
  /** In memory only: the session leaves no cache, cookie or storage on the disk. */
  partition: 'claviger',
} as const satisfies WebPreferences;
