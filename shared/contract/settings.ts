import * as v from 'valibot';
import { conflictRules } from '../batch.ts';
import { handle, shownPath } from './basics.ts';

const minutes = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));

/** What is remembered between two starts, and may be changed while the vault is locked or open. */
const appearance = {
  theme: v.picklist(['system', 'light', 'dark']),
  contrast: v.picklist(['system', 'standard', 'high']),
  motion: v.picklist(['system', 'on', 'off']),
  /** Per cent. */
  textSize: v.picklist([90, 100, 115, 130, 150, 200]),
  rows: v.picklist(['comfortable', 'compact']),
} as const;

/** Changes of these are records in the ledger of the open vault. */
const security = {
  /** Minutes of inactivity until the vault is locked. */
  autoLockMinutes: minutes(240),
  /** Locks with the computer and when it goes to sleep. */
  lockWithSystem: v.boolean(),
  /** What happens to a running batch when the vault is locked. */
  batchWhileLocked: v.picklist(['finish', 'cancel']),
  /** Minutes a Fast key stays in memory without being used. */
  cacheIdleMinutes: minutes(60),
  /** Minutes a Fast key stays in memory at most. */
  cacheMinutes: minutes(8 * 60),
} as const;

const output = { conflict: v.picklist(conflictRules) } as const;

/** The folder for outputs; null: next to each original. */
const outputFolder = v.nullable(v.strictObject({ id: handle, path: shownPath }));

export const settingsSchema = v.strictObject({
  ...appearance,
  ...security,
  ...output,
  outputFolder,
});
const all = { ...appearance, ...security, ...output };

/** The output folder is not here: it is chosen in a dialog of its own. */
export const settingsChangeSchema = v.strictObject({
  theme: v.exactOptional(all.theme),
  contrast: v.exactOptional(all.contrast),
  motion: v.exactOptional(all.motion),
  textSize: v.exactOptional(all.textSize),
  rows: v.exactOptional(all.rows),
  autoLockMinutes: v.exactOptional(all.autoLockMinutes),
  lockWithSystem: v.exactOptional(all.lockWithSystem),
  batchWhileLocked: v.exactOptional(all.batchWhileLocked),
  cacheIdleMinutes: v.exactOptional(all.cacheIdleMinutes),
  cacheMinutes: v.exactOptional(all.cacheMinutes),
  conflict: v.exactOptional(all.conflict),
} satisfies Record<keyof typeof all, unknown>);

export type Settings = v.InferOutput<typeof settingsSchema>;
export type SettingsChange = v.InferOutput<typeof settingsChangeSchema>;
export type SecuritySetting = keyof typeof security;
export const securitySettings = Object.keys(security) as readonly SecuritySetting[];
