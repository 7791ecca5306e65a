import * as v from 'valibot';
import { limits } from '../limits.ts';
import { count, failureSchema, handle, list, nothing, shownPath, text, time } from './basics.ts';
import { rollbackSchema } from './rollback.ts';
import { settingsSchema } from './settings.ts';
import { pinStateSchema } from './token.ts';

/** A vault's folder, even if it cannot be opened. */
export const vaultPlaceSchema = v.strictObject({
  id: handle,
  /** The folder's name. */
  name: text(),
  path: shownPath,
});
export type VaultPlace = v.InferOutput<typeof vaultPlaceSchema>;

export const recentVaultSchema = v.strictObject({
  ...vaultPlaceSchema.entries,
  /** False if the folder is missing now. */
  present: v.boolean(),
  opened: time,
});

/** What is known about an open vault without its token. */
export const vaultSchema = v.strictObject({
  ...vaultPlaceSchema.entries,
  created: v.nullable(time),
  evaluation: v.boolean(),
  /** Records in the ledger. */
  records: count,
  token: v.strictObject({ label: text(), serial: text(), inVault: v.boolean() }),
});
export type VaultInfo = v.InferOutput<typeof vaultSchema>;

export const lockReasons = [
  'start',
  'user',
  'idle',
  'system-lock',
  'suspend',
  'token-removed',
  'engine-lost',
  'quit',
] as const;
export type LockReason = (typeof lockReasons)[number];

/** The token of a locked vault, looked for every few seconds. */
export const tokenPresenceSchema = v.strictObject({
  /** null: not looked yet. */
  present: v.nullable(v.boolean()),
  pinPad: v.boolean(),
  pinState: pinStateSchema,
  model: v.nullable(text()),
  /** Why the token's library cannot be used. */
  failure: v.nullable(failureSchema),
});
export type TokenPresence = v.InferOutput<typeof tokenPresenceSchema>;

const lockedSchema = v.strictObject({
  screen: v.literal('locked'),
  vault: vaultSchema,
  token: tokenPresenceSchema,
  lock: v.strictObject({ reason: v.picklist(lockReasons), at: time }),
  /** Records of an older version must be confirmed before it unlocks (carryOver.look). */
  unconfirmed: v.boolean(),
  /** A batch is still running while it is locked. */
  batchRunning: v.boolean(),
  /** Files and folders opened from the file manager; they are planned after unlocking. */
  filesWaiting: count,
});

/** The first screen of the window. */
export const screenSchema = v.variant('screen', [
  v.strictObject({ screen: v.literal('first-run'), recent: list(recentVaultSchema) }),
  lockedSchema,
  v.strictObject({
    screen: v.literal('open'),
    vault: vaultSchema,
    /** Why it is read-only; null if it is not. */
    rollback: v.nullable(rollbackSchema),
  }),
  v.strictObject({
    screen: v.literal('damaged'),
    vault: vaultPlaceSchema,
    failure: failureSchema,
  }),
]);
export type Screen = v.InferOutput<typeof screenSchema>;

export const appStateSchema = v.strictObject({
  version: text(),
  platform: v.picklist(['linux', 'darwin', 'win32']),
  runtime: v.strictObject({
    electron: text(),
    chromium: text(),
    /** Whether it was checked against Electron's official checksums. */
    official: v.boolean(),
    /** False on another one, unless a test says otherwise: it opens evaluation vaults only. */
    anyToken: v.boolean(),
  }),
  screen: screenSchema,
  settings: settingsSchema,
});
export type AppState = v.InferOutput<typeof appStateSchema>;

export const places = ['overview', 'keys', 'work', 'audit', 'reports', 'settings'] as const;
/** What the menu and its shortcuts ask of the window. */
export const commandSchema = v.picklist([...places, 'lock', 'new-key', 'add-files', 'add-folder']);
export type Command = v.InferOutput<typeof commandSchema>;

export const appCalls = {
  'app.state': { input: nothing, output: appStateSchema, unlocked: false, audit: 'none' },
  'vault.recent': {
    input: nothing,
    output: list(recentVaultSchema),
    unlocked: false,
    audit: 'none',
  },
  /** Asks for a folder; null if the dialog was cancelled. */
  'vault.choose': {
    input: nothing,
    output: v.nullable(screenSchema),
    unlocked: false,
    audit: 'none',
  },
  'vault.open': {
    input: v.strictObject({ id: handle }),
    output: screenSchema,
    unlocked: false,
    audit: 'none',
  },
  /** Removes a vault from the list of recent ones, without changing the vault. */
  'vault.forget': {
    input: v.strictObject({ id: handle }),
    output: list(recentVaultSchema),
    unlocked: false,
    audit: 'none',
  },
  /** Closes a locked or damaged vault, to open or create another one. */
  'vault.close': { input: nothing, output: screenSchema, unlocked: false, audit: 'none' },
  'vault.reveal': { input: nothing, output: nothing, unlocked: false, audit: 'none' },
  /** Puts text that the window shows into the system's clipboard. */
  'clipboard.write': {
    input: v.strictObject({ text: v.pipe(text(limits.copiedLength), v.minLength(1)) }),
    output: nothing,
    unlocked: false,
    audit: 'none',
  },
} as const;
