import { n } from '../../numbers.ts';

/**
 * What does not match when a vault is compared with what was signed of it, in sentences.
 * `where` is the place of the signed checkpoint.
 */

export type CheckpointPlace = 'in the token' | 'in the folder' | 'on this computer';

export const anchorForeign =
  "The token holds a checkpoint that this vault's key did not sign. It was not used.";

export const checkpointForeign =
  "The folder contains a checkpoint that this vault's key did not sign. It was not used.";

export const forked =
  'The token holds two signed checkpoints for the same number of records: there are two versions of this ledger.';

export const notFromAnchor = (size: number, epoch: number): string =>
  `The token holds a signed checkpoint of ${n(size)} records (epoch ${epoch}) that does not match this ledger.`;

export const epochNotFromAnchor =
  'This ledger does not start where the last one ended according to the token.';

export const epochNew = (epoch: number, seen: number): string =>
  `Epoch ${epoch} was started on another computer. This computer last saw epoch ${seen} of this vault.`;

export const recordsMissing = (size: number, signed: number, where: CheckpointPlace): string =>
  `The ledger ends after ${n(size)} records, but ${n(signed)} were signed (checkpoint ${where}).`;

export const recordsChanged = (signed: number, where: CheckpointPlace): string =>
  `The first ${n(signed)} records are not the ones that were signed (checkpoint ${where}).`;

export const epochOlder = (epoch: number, signed: number, where: CheckpointPlace): string =>
  `This is the ledger of epoch ${epoch}, but there is a signed checkpoint of epoch ${signed} (${where}).`;

export const anchorMissing = 'The checkpoint that was stored in the token is missing.';

export const ledgerUnsigned = 'There is no signed checkpoint of this ledger.';

export const checkpointMissing = 'The signed checkpoint that was stored in the folder is missing.';

export const epochUnsigned = (epoch: number): string =>
  `There is no signed checkpoint of epoch ${epoch}.`;

export const lockUnsigned = (first: number): string =>
  `The last lock was recorded but not signed, because the token was not responding. Records from ${n(first)} on are not signed.`;

export const noLock = 'The last session was interrupted before the vault was locked.';

export const notOurs = (record: number, problem: string): string =>
  `Record ${n(record)} was not written by this vault: ${problem} It and everything after it were set aside.`;
