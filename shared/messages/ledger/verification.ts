import { n } from '../../numbers.ts';

/** What the verification of a ledger finds, in sentences. */

export const ledgerMissing = 'The ledger is missing.';

export const noRecords = 'The ledger contains no records.';

export const checkpointsMissing = 'The signed checkpoints are missing.';

export const noSigningKey =
  'Record 1 names no key that signs this ledger, so it is not as Claviger wrote it.';

export const checkpointsNotOurs = (count: number): string =>
  count === 1
    ? "A checkpoint in the folder was not signed by this vault's key."
    : `${n(count)} checkpoints in the folder were not signed by this vault's key.`;

export const trustedHeadDiffers = (size: number): string =>
  `The first ${n(size)} records do not match a trusted checkpoint.`;

export const trustedHeadLonger = (size: number, trusted: number): string =>
  `The ledger ends after ${n(size)} records, but a trusted checkpoint covers ${n(trusted)}.`;

export const endsEarly = (size: number, signed: number): string =>
  `The ledger ends after ${n(size)} records, but ${n(signed)} were signed.`;

export const someChanged = (first: number, last: number): string =>
  `At least one of records ${n(first)} to ${n(last)} is not what was signed.`;

/** What has happened to a record that was signed. */
export const changes = {
  cut: (record: number, signed: number) =>
    `The ledger ends before record ${n(record)}, but ${n(signed)} records were signed.`,
  removed: (record: number) => `Record ${n(record)} was removed. A later record is in its place.`,
  inserted: (record: number) =>
    `A record that was not signed was inserted before record ${n(record)}.`,
  moved: (record: number) => `Record ${n(record)} is in the wrong place: the order was changed.`,
  edited: (record: number) => `Record ${n(record)} was changed after it was signed.`,
} as const;

export const wrongForm = 'The line is not written as this program writes it.';

export const wrongNumber = (seq: number): string => `The record has the number ${n(seq)}.`;

export const clockBack = (before: string, after: string): string =>
  `The clock was set back, from ${before} to ${after}.`;

export const incompleteEnd = (bytes: number): string =>
  `The last ${n(bytes)} bytes are not a complete record. A crash can leave this.`;

export const keystoreNotInPlace =
  'The newest keystore has not been put in place yet. This happens when the vault is opened.';
