import { denyDownloads } from './deny-downloads.ts';
import { denyNavigation } from './deny-navigation.ts';
import { denyNetwork } from './deny-network.ts';
import { denyPermissions } from './deny-permissions.ts';
import { denyWebviews } from './deny-webviews.ts';
import { denyWindows } from './deny-windows.ts';
import type { Rule, RuleTargets } from './rule.ts';

/**
 * What the window may not do: everything that is not named in the contract. The points of
 * Electron's security checklist that are not in this list are met elsewhere: 2, 3, 4, 6, 8,
 * 9, 10 in window-preferences.ts; 7 and 18 in pages.ts; 16 by the pinned version; 17 in
 * ipc/dispatch.ts; 19 in electron-builder.yml; 20 in preload/index.ts.
 */
export const rules: readonly Rule[] = [
  denyPermissions,
  denyNetwork,
  denyNavigation,
  denyWindows,
  denyWebviews,
  denyDownloads,
];

export const applyRules = (targets: RuleTargets): void => {
  for (const rule of rules) rule.apply(targets);
};
