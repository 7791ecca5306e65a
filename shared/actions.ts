/*
 * Every action that this version of Claviger writes into a ledger, and those that have an effect. A
 * ledger may contain others, from older and newer versions, so an action that is read stays text.
 */

/** In the order in which filters offer them. */
export const actions = [
  'vault.create',
  'vault.unlock',
  'vault.lock',
  'vault.rollback',
  'vault.epoch',
  'vault.loss-plan',
  'vault.waiting-period',
  'token.login',
  'token.probe',
  'token.pin-start',
  'token.pin',
  'token.reconcile',
  'token.remove',
  'engine.lost',
  'key.create',
  'key.activate',
  'key.rotate',
  'key.suspend',
  'key.resume',
  'key.deactivate',
  'key.compromise',
  'key.protect',
  'key.unprotect',
  'key.period',
  'key.schedule-destroy',
  'key.cancel-destroy',
  'key.postpone-destroy',
  'key.destroy',
  'key.remove-object',
  'master.rotate-start',
  'master.rotate',
  'master.rotate-undo',
  'master.destroy',
  'master.compromise',
  'seals.reserve',
  'batch.start',
  'batch.end',
  'batch.retry',
  'batch.resume',
  'batch.abandon',
  'batch.refuse',
  'batch.survey',
  'file.encrypt',
  'file.decrypt',
  'file.verify',
  'file.rewrap',
  'file.reencrypt',
  'file.skip',
  'file.rename',
  'file.publish',
  'file.delete-original',
  'report.export',
  'report.file',
  'report.cancel',
  'report.verify',
  'checkpoint.write',
  'checkpoint.compare',
  'checkpoint.timestamp',
  'audit.view',
  'audit.verify',
  /** Made by earlier versions. */
  'audit.index',
  'settings.change',
  'window.lock',
  'window.unlock',
  'window.refused',
  'window.audit.verify',
  'window.batch.export',
  'window.session.flushKeys',
  /** Made by earlier versions. */
  'window.session.saveEvidence',
  'ledger.torn',
  'ledger.summary',
  'keystore.roll-forward',
  'keystore.discard',
  'keystore.migrate',
] as const;
export type Action = (typeof actions)[number];

/** Recorded by the dispatcher of the window's calls. */
export type WindowAction = Extract<Action, `window.${string}.${string}`>;

/** What several actions have in common: `file.` of `file.encrypt`. */
export type ActionGroup = Action extends `${infer Group}.${string}` ? `${Group}.` : never;

/** Actions that change the keystore: only their records may name a keystore. */
export const commitActions = [
  'vault.create',
  'vault.epoch',
  'vault.waiting-period',
  'keystore.migrate',
  'token.probe',
  'key.create',
  'key.activate',
  'key.rotate',
  'key.suspend',
  'key.resume',
  'key.deactivate',
  'key.compromise',
  'key.protect',
  'key.unprotect',
  'key.period',
  'key.schedule-destroy',
  'key.cancel-destroy',
  'key.postpone-destroy',
  'key.destroy',
  'master.rotate-start',
  'master.rotate',
  'master.rotate-undo',
  'master.destroy',
  'master.compromise',
  'seals.reserve',
  'batch.start',
  'batch.end',
  'batch.retry',
  'batch.abandon',
] as const satisfies readonly Action[];
export type CommitAction = (typeof commitActions)[number];

/**
 * Actions that are recorded while the vault is locked. No session authenticates these records, so
 * nothing depends on them; reports mark them as not authenticated.
 */
export const lockedActions = [
  'token.login',
  'token.pin-start',
  'token.pin',
  'audit.view',
  'audit.verify',
  'report.verify',
  'checkpoint.compare',
  'checkpoint.write',
  'settings.change',
  'batch.refuse',
  'window.refused',
  'vault.rollback',
] as const satisfies readonly Action[];
export type LockedAction = (typeof lockedActions)[number];

const known: ReadonlySet<string> = new Set(actions);
const committing: ReadonlySet<string> = new Set(commitActions);
const locked: ReadonlySet<string> = new Set(lockedActions);

export const isAction = (action: string): action is Action => known.has(action);
export const isCommitAction = (action: string): action is CommitAction => committing.has(action);
export const isLockedAction = (action: string): action is LockedAction => locked.has(action);
