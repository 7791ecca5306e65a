import * as v from 'valibot';
import { handle, list, nothing, pin, shownPath, text, time } from './basics.ts';
import { moduleSchema, profileSchema } from './token.ts';

const folderSchema = v.strictObject({ id: handle, path: shownPath });

/** The plan for a lost token, or that there is none; it is recorded. */
export const lossPlans = ['makers-backup', 'second-vault', 'refused'] as const;

const masterSchema = v.strictObject({ role: v.picklist(['wrap', 'seal']), made: time });

/** The steps that `setup.step` events name while the wizard waits. */
export const setupSteps = [
  'making-token',
  'connecting',
  'probing',
  'making-masters',
  'writing-vault',
  'opening',
] as const;
export type SetupStep = (typeof setupSteps)[number];

/**
 * The first-run wizard: folder → token and PIN → findings of the probe → masters and vault. Each
 * step is undone by `setup.cancel`, which leaves neither a token nor a folder behind.
 */
export const setupCalls = {
  /** A suggested folder that does not exist yet. */
  'setup.folder': { input: nothing, output: folderSchema, unlocked: false, audit: 'none' },
  'setup.pickFolder': {
    input: nothing,
    output: v.nullable(folderSchema),
    unlocked: false,
    audit: 'none',
  },
  /** Looks for PKCS#11 libraries in their usual places and for their tokens. Takes seconds. */
  'setup.modules': { input: nothing, output: list(moduleSchema), unlocked: false, audit: 'none' },
  'setup.pickModule': {
    input: nothing,
    output: v.nullable(moduleSchema),
    unlocked: false,
    audit: 'none',
  },
  /** Initialises a library that was shown with this text, and looks for its tokens. */
  'setup.readModule': {
    input: v.strictObject({ module: handle, parameters: text() }),
    output: moduleSchema,
    unlocked: false,
    audit: 'none',
  },
  /**
   * Logs in and tests the token. With kind "evaluation" the token is first created in the folder.
   */
  'setup.connect': {
    input: v.variant('kind', [
      v.strictObject({ kind: v.literal('evaluation'), folder: handle, pin }),
      v.strictObject({ kind: v.literal('existing'), token: handle, pin }),
    ]),
    output: profileSchema,
    unlocked: false,
    audit: 'none',
  },
  /** Writes the findings of the probe to a file; null if the dialog was cancelled. */
  'setup.saveProbe': {
    input: nothing,
    output: v.nullable(v.strictObject({ path: shownPath })),
    unlocked: false,
    audit: 'none',
  },
  /**
   * Creates the master keys and the vault, and opens it unlocked, without asking for the PIN again.
   */
  'setup.finish': {
    input: v.strictObject({ folder: handle, lossPlan: v.nullable(v.picklist(lossPlans)) }),
    output: v.strictObject({
      vault: v.strictObject({ name: text(), path: shownPath }),
      masters: list(masterSchema),
    }),
    unlocked: false,
    audit: 'by-service',
  },
  'setup.cancel': { input: nothing, output: nothing, unlocked: false, audit: 'none' },
} as const;
