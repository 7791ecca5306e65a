/*
 * The acts in the ledger that something follows from: those that may name a keystore, and those
 * that count as nothing because no session vouches for them. Every other act is only told.
 */

/** Acts that change the keystore: only their records may name a keystore. */
export const commitActions = [
  'vault.create',
  'vault.epoch',
  'keystore.migrate',
  'token.probe',
  'key.create',
  'key.destroy',
  'seals.reserve',
  'batch.start',
  'batch.end',
  'batch.retry',
  'batch.abandon',
] as const;
export type CommitAction = (typeof commitActions)[number];

/**
 * Acts that are recorded while the vault is locked. No session vouches for these records, so
 * nothing is ever concluded from them; reports mark them as not authenticated.
 */
export const lockedActions = [
  'token.login',
  'audit.view',
  'audit.verify',
  'report.verify',
  'checkpoint.compare',
  'checkpoint.write',
  'settings.change',
  'window.refused',
  'vault.rollback',
] as const;
export type LockedAction = (typeof lockedActions)[number];

const committing: ReadonlySet<string> = new Set(commitActions);
const locked: ReadonlySet<string> = new Set(lockedActions);

export const isCommitAction = (action: string): action is CommitAction => committing.has(action);
export const isLockedAction = (action: string): action is LockedAction => locked.has(action);
