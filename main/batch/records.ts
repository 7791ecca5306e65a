import type {
  BatchKind,
  BatchPlan,
  KeyVersion,
  Receipt,
  SkippedInput,
  StoredBatch,
} from '../../shared/batch.ts';
import { type FailureData, toFailureData, type Failure } from '../../shared/failure.ts';
import type { FileDone } from '../engine/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import { needsNothing } from './receipts.ts';

/** The records of a batch and its files. Every record of a batch has its ID. */

export const startRecord = (
  batch: StoredBatch,
  { bytes, skipped }: Pick<BatchPlan, 'bytes' | 'skipped'>,
): NewRecord => ({
  action: 'batch.start',
  subject: { batch: batch.id },
  outcome: 'ok',
  details: {
    kind: batch.kind,
    files: batch.files.length,
    bytes,
    ...leftOutCounts(skipped),
    keys: batch.keys.map(({ id, version }) => ({ key: id, version })),
    conflict: batch.conflict,
    deleteOriginals: batch.deleteOriginals,
    ...(batch.deleteOriginals ? { removal: batch.removal } : {}),
  },
});

export const retryRecord = (
  batch: StoredBatch,
  { skipped }: Pick<BatchPlan, 'skipped'>,
): NewRecord => ({
  action: 'batch.retry',
  subject: { batch: batch.id },
  outcome: 'ok',
  details: { files: batch.files.length, ...leftOutCounts(skipped) },
});

/** Beside the files that are processed; the end counts both together. */
const leftOutCounts = (
  leftOut: readonly SkippedInput[],
): Record<SkippedInput['outcome'], number> => ({
  skipped: leftOut.filter(({ outcome }) => outcome === 'skipped').length,
  failed: leftOut.filter(({ outcome }) => outcome === 'failed').length,
});

/** Of an input that the plan left out: it has no place among the batch's files. */
export const leftOutRecord = (
  batch: Pick<StoredBatch, 'id' | 'kind'>,
  { input, outcome, reason }: SkippedInput,
): NewRecord => {
  const subject = { batch: batch.id, input };
  if (outcome === 'failed') return failureRecord(`file.${batch.kind}`, subject, reason);
  const { code, cause } = reason;
  return { action: SKIP, subject, outcome: 'ok', details: { reason: code, cause } };
};

/** Of a batch that was not even planned, because its keys must not be used. */
export const refusedBatchRecord = (kind: BatchKind, failure: Failure): NewRecord => {
  const record = failureRecord('batch.refuse', {}, toFailureData(failure));
  return { ...record, details: { kind, ...record.details } };
};

export const SKIP = 'file.skip';

export const endRecord = (
  batch: Pick<StoredBatch, 'id'>,
  receipts: readonly Receipt[],
  outcome: 'ok' | 'failed',
): NewRecord => {
  const count = (wanted: Receipt['outcome']): number =>
    receipts.filter((receipt) => receipt.outcome === wanted).length;
  return {
    action: 'batch.end',
    subject: { batch: batch.id },
    outcome,
    details: {
      done: count('done'),
      failed: count('failed'),
      skipped: count('skipped'),
      cancelled: count('cancelled'),
    },
  };
};

interface FileOf {
  readonly batch: Pick<StoredBatch, 'id' | 'kind'>;
  readonly index: number;
  readonly input: string;
  readonly output: string | null;
}

const subjectOf = ({ batch, index, input, output }: FileOf): NewRecord['subject'] => ({
  batch: batch.id,
  file: index,
  input,
  ...(output === null ? {} : { output }),
});

export const doneRecord = (file: FileOf, done: FileDone): NewRecord => {
  const [key] = done.keys;
  return {
    action: `file.${file.batch.kind}`,
    subject: {
      ...subjectOf(file),
      ...(key === undefined ? {} : { key: key.id, version: key.version, kcv: key.kcv }),
    },
    outcome: 'ok',
    details: {
      bytes: done.bytes,
      encryptedBytes: done.encryptedBytes,
      [done.digest.algorithm]: done.digest.hex,
      ...(done.slots === undefined
        ? {}
        : { before: slotFacts(done.slots.before), after: slotFacts(done.slots.after) }),
      ...(done.keys.length > 1 ? { keys: slotFacts(done.keys) } : {}),
    },
  };
};

const slotFacts = (slots: readonly KeyVersion[]): { key: string; version: number }[] =>
  slots.map(({ id, version }) => ({ key: id, version }));

export const notDoneRecord = (file: FileOf, failure: FailureData): NewRecord => {
  const { code, cause } = failure;
  if (!needsNothing(failure)) return failedRecord(file, failure);
  const details = { reason: code, cause };
  return { action: SKIP, subject: subjectOf(file), outcome: 'ok', details };
};

const failedRecord = (file: FileOf, failure: FailureData): NewRecord =>
  failureRecord(`file.${file.batch.kind}`, subjectOf(file), failure);

/** Names the key versions that were refused: their uses are counted. */
const failureRecord = (
  action: NewRecord['action'],
  subject: NewRecord['subject'],
  { code, cause, detail, keys = [] }: FailureData,
): NewRecord => {
  const [first] = keys;
  return {
    action,
    subject: {
      ...subject,
      ...(first === undefined ? {} : { key: first.id, version: first.version }),
    },
    outcome: code === 'key-state' ? 'refused' : 'failed',
    code,
    details: {
      cause,
      ...(detail === undefined ? {} : { detail }),
      ...(keys.length > 1 ? { keys: slotFacts(keys) } : {}),
    },
  };
};

/** The output could not get its planned name; it has this one. */
export const renamedRecord = (file: FileOf, output: string): NewRecord => ({
  action: 'file.rename',
  subject: { ...subjectOf(file), output },
  outcome: 'ok',
  details: { planned: file.output ?? '' },
});

/**
 * The output was recorded but could not get its name: it does not exist.
 * @param slots of the file that it was to replace, which is still there
 */
export const unpublishedRecord = (
  file: FileOf,
  failure: Failure,
  slots: readonly KeyVersion[] | null = null,
): NewRecord => {
  const record = failedRecord(file, toFailureData(failure));
  const details = slots === null ? {} : { slots: slotFacts(slots) };
  return { ...record, action: 'file.publish', details: { ...record.details, ...details } };
};

export const deletedRecord = (
  file: FileOf & { readonly batch: Pick<StoredBatch, 'removal'> },
  failure: Failure | null,
): NewRecord => ({
  action: 'file.delete-original',
  subject: subjectOf(file),
  outcome: failure === null ? 'ok' : 'failed',
  ...(failure === null ? {} : { code: failure.code }),
  details: {
    removal: file.batch.removal,
    ...(failure === null ? {} : { cause: failure.message }),
  },
});
