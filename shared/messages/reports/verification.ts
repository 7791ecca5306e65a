import { n } from '../../numbers.ts';

/** What each check of a report finds, in sentences. */

/** The form of the file. */
export const form = {
  ok: (format: string) =>
    `The file is a report of format ${format}, written as this program writes it.`,
  tooLarge: 'The file is larger than a report can be here.',
  tooManyValues: 'The file holds more values than a report has.',
  notAReport: (issue: string) => `The file is not a report: ${issue}.`,
  otherForm: (place: string) => `The file is not written as a report is, from ${place} on.`,
  tooDeep: (place: string) => `The file is nested too deeply for a report, from ${place} on.`,
  notJson: (place: string) => `The file is not JSON, from ${place} on.`,
  rendering: (kind: string) =>
    `The file is a ${kind.toUpperCase()}, which is a rendering of a report. Verify the JSON file whose SHA-256 it prints.`,
  byte: (at: number, record: number | null) =>
    record === null ? `byte ${n(at)}` : `byte ${n(at)}, in record ${n(record)},`,
} as const;

export const key = {
  trusted: 'The key is the one that you trust.',
  compare: (fingerprint: string) =>
    `Compare this fingerprint with one that you received in another way: ${fingerprint}`,
  none: 'It contains no public key of Ed25519 or P-256, the only ones that sign reports.',
  other: (fingerprint: string) =>
    `The key is not the one that you trust: its fingerprint is ${fingerprint}.`,
  otherFingerprint: 'The fingerprint in the report is not that of its key.',
  otherKind: 'The report states another kind of key.',
  otherVerifierKey: "The report's verifier key is not that of its key.",
} as const;

export const checkpoints = {
  ok: (count: number) =>
    `${count === 1 ? 'The closing checkpoint is' : 'Both checkpoints are'} signed by the key, for this vault and epoch.`,
  otherOpening: 'The opening checkpoint is not the one that the report states.',
  notSigned: 'A checkpoint is not signed by the key of this report.',
  otherEpoch: 'A checkpoint belongs to another epoch than the report states.',
  otherParts: 'The parts of a checkpoint are not those of its signed note.',
} as const;

export const timestamps = {
  ok: (count: number) =>
    count === 1
      ? 'One time stamp names a checkpoint of this vault. Check its signature with openssl ts.'
      : `${n(count)} time stamps name checkpoints of this vault. Check their signatures with openssl ts.`,
  otherCheckpoint: 'A time stamp does not belong to a checkpoint of this vault.',
  notStated: 'The time stamps are not those that the report states.',
} as const;

export const records = {
  ok: 'Every line is a record, in order.',
  disordered: 'The records are not in order.',
  notARecord: (seq: number, byte: number | null, problem: string | null) =>
    `The line for record ${n(seq)} is not that record${byte === null ? '' : `, byte ${n(byte)} of the file`}.${problem === null ? '' : ` ${problem}`}`,
  first: {
    ok: 'The first record of the ledger names this key.',
    missing: 'The first record is missing.',
    otherKey: 'The first record of the ledger names another key.',
    otherVault: 'The first record is that of another vault or epoch.',
    otherTime: 'The ledger started at another time.',
  },
  inclusion: {
    ok: (count: number) =>
      `The closing checkpoint covers all ${n(count)} records, unchanged and in their places.`,
    notCovered: 'The records are not those that the closing checkpoint covers.',
    changedOne: (seq: number, byte: number | null) =>
      `Record ${n(seq)} was changed after it was signed${fromByte(byte)}.`,
    changed: (seqs: string, more: number, byte: number | null) =>
      `Records ${seqs}${more > 0 ? ` and ${n(more)} more` : ''} were changed after they were signed${fromByte(byte)}.`,
  },
  consistency: {
    ok: (previous: string | null) =>
      previous === null
        ? 'Records were only added to the ledger. There is no previous report in this epoch.'
        : `Records were only added to the ledger, also since the report of ${previous}.`,
    notFromOpening: 'The closing checkpoint does not continue the opening one.',
    lateOpening: 'The opening checkpoint is not before the range.',
    notFromPrevious: 'The ledger does not continue that of the previous report.',
  },
} as const;

const fromByte = (byte: number | null): string =>
  byte === null ? '' : `, from byte ${n(byte)} of the file on`;

export const statement = {
  ok: (seq: number) =>
    `The report states what was recorded when it was exported (record ${n(seq)}).`,
  noExport: 'The record of the export is missing.',
  other: 'The report does not state what was recorded when it was exported.',
  otherRecords: 'The records are not those that were exported.',
  exportInRange: 'The record of the export is not after the range.',
  otherActor: 'The report was exported by somebody else.',
} as const;

export const range = {
  bothEnds: (start: number | null, end: number | null, later: number) =>
    `The range is from ${start === null ? 'the first record of the ledger' : `record ${n(start)}, by its time,`} to ${end === null ? 'the record of the export' : `record ${n(end)}, by its time`}.${later > 0 ? ` ${n(later)} later records are not part of it.` : ''}`,
  firstFormatTimes: 'This format does not prove where the requested time starts and ends.',
  firstFormatAll: 'The range is from the first record of the ledger to the record of the export.',
  firstFormatEnd: (last: number, later: number) =>
    `The range ends at record ${n(last)}. The ${n(later)} records before the export are not in it.`,
  lateStart: 'No start time was requested, but the range does not start with record 1.',
  otherNeighbours: 'The records next to the range are not those before and after it.',
  startsLate: 'The record before the range belongs to the requested time.',
  endsEarly: 'The range ends before the requested time does.',
} as const;

export const counts = {
  complete: (first: number, last: number) =>
    `Complete: every record from ${n(first)} to ${n(last)} is here.`,
  filtered: (included: number, searched: number, omitted: number) =>
    `${n(included)} of ${n(searched)} records of the range; ${n(omitted)} were left out.`,
  outside: 'A record is outside the range.',
  other: 'The counts do not match the records.',
} as const;

export const filter = {
  none: 'Records were chosen only by their time.',
  ok: 'Every record matches the filter that the report states.',
  stray: (seq: number) => `Record ${n(seq)} does not match the filter.`,
  missing: 'The report has no filter, but records are missing.',
} as const;

export const sessions = {
  ok: 'Every record was written in a session of the vault.',
  exportOutside: 'The export was not written in a session of the vault.',
  locked: (count: number, seqs: string) =>
    `${count === 1 ? `Record ${seqs} is` : `Records ${seqs} are`} not authenticated: written while the vault was locked. All others were written in a session.`,
} as const;

export const previous = {
  ok: 'The ledger continues that of the previous report: nothing in it was changed or removed.',
  notGenuine: 'The previous report is not genuine itself.',
  otherVault: 'The previous report is of another vault.',
  otherKey: 'The previous report was signed with another key.',
  otherEpoch:
    'The previous report is of another epoch: a rollback was accepted since then (see the first record).',
  none: 'This report states that there was no previous report.',
  notLast: (made: string) =>
    `This is not the report that came directly before: that one was made at ${made}.`,
  otherFile: 'The previous report is not the file that was recorded when it was written.',
} as const;

/** A saved checkpoint compared with the ledger. */
export const savedCheckpoint = {
  ok: (size: number, newer: number) =>
    `All ${n(size)} records of the saved checkpoint are in the ledger, unchanged. ${n(newer)} are newer.`,
  otherVault: (vault: string) => `It is a checkpoint of another vault, ${vault}.`,
  notSigned: 'It is not a checkpoint that the key of this vault signed.',
  otherEpoch: (epoch: number, now: number) =>
    `It is a checkpoint of epoch ${epoch}. This ledger is epoch ${now}, started by accepting a rollback (see its first record).`,
  shortened: (size: number, signed: number) =>
    `The ledger has ${n(size)} records, but ${n(signed)} were signed: records were removed from its end.`,
  changed: (size: number) => `The first ${n(size)} records were changed after they were signed.`,
} as const;
