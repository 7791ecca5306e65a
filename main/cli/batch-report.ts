import type { BatchKind, Receipt } from '../../shared/batch.ts';
import { type BatchResult, type RunOptions, trashHere } from '../batch/index.ts';
import type { CliContext } from './command.ts';
import { exitCodeOf, exitCodeOfFailure } from './exit-code.ts';
import { ProgressBar } from './progress-bar.ts';
import { describeFailure, describeProved, describeReceipt, describeResult } from './receipts.ts';

/** Runs a batch with a progress line, and prints problems with files as they happen. */
export const withProgress = async <T>(
  context: CliContext,
  work: (options: RunOptions) => Promise<T>,
): Promise<T> => {
  const bar = new ProgressBar(context.terminal);
  const onReceipt = (receipt: Receipt): void => {
    if (context.json || (receipt.outcome === 'done' && receipt.reason === undefined)) return;
    bar.clear();
    context.terminal.notice(describeReceipt(receipt));
  };
  try {
    return await work({
      signal: context.signal,
      onProgress: bar.update,
      onReceipt,
      trash: trashHere(),
    });
  } finally {
    bar.clear();
  }
};

export interface BatchReport {
  /** For machines. */
  readonly document: object;
  /** For people. */
  readonly lines: readonly string[];
  /** The exit code. */
  readonly code: number;
}

/** The results for the inputs. There is no batch ID if no file was found. */
export interface Outcome extends Omit<BatchResult, 'id'> {
  readonly id: BatchResult['id'] | null;
}

/** @param names of keys, by ID */
export const reportBatch = (
  context: CliContext,
  kind: BatchKind,
  { id, receipts: files, interrupted }: Outcome,
  names: ReadonlyMap<string, string>,
): BatchReport => {
  const document = { batch: id, kind, files, interrupted: interrupted?.message ?? null };
  const lines = [describeResult(kind, files), ...describeProved(files, names)];
  if (interrupted === null) return { document, lines, code: exitCodeOf(files) };
  context.terminal.notice(describeFailure(interrupted));
  context.terminal.notice(['Continue the batch with "claviger resume".']);
  return { document, lines, code: exitCodeOfFailure(interrupted) };
};
