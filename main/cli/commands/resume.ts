import type { StoredBatch } from '../../../shared/batch.ts';
import { Failure, type FailureGroup, groupOf, toFailureData } from '../../../shared/failure.ts';
import { notOneBatch } from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import {
  abandonBatch,
  type BatchResult,
  failedBatches,
  findBatch,
  resumeBatch,
  retryBatch,
  type RunOptions,
  unfinishedBatches,
} from '../../batch/index.ts';
import { needOpen, type VaultSession } from '../../session/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { Arguments } from '../arguments.ts';
import { type BatchReport, reportBatch, withProgress } from '../batch-report.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodeOfFailure } from '../exit-code.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeFailure } from '../receipts.ts';
import { withSession, printResult } from '../with-vault.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'continue batches that were interrupted',
  takesArguments: true,
  usage: '[--list | --abandon] [BATCH]',
  usesToken: true,
  options: {
    list: { type: 'boolean', help: 'only list the unfinished batches; no PIN is needed' },
    abandon: {
      type: 'boolean',
      help: 'discard the rest: finished outputs stay, partial ones are removed',
    },
  },
  run: (args, context) =>
    withSession(context, (session) => {
      if (args.flag('list')) return Promise.resolve(listWaiting(context, session.vault));
      const batches = chosen(args, unfinishedBatches(session.vault));
      return args.flag('abandon')
        ? runAll(context, session, batches, abandon)
        : runAll(context, session, batches, (batch) => go(context, session, batch, resumeBatch));
    }),
};

export const retryCommand: Command = {
  name: 'retry',
  summary: 'try the failed files of earlier batches again',
  takesArguments: true,
  usage: '[BATCH]',
  usesToken: true,
  options: {},
  run: (args, context) =>
    withSession(context, (session) => {
      const batches = chosen(args, failedBatches(session.vault));
      return runAll(context, session, batches, (batch) => go(context, session, batch, retryBatch));
    }),
};

const chosen = (args: Arguments, batches: readonly StoredBatch[]): readonly StoredBatch[] => {
  const [id, ...others] = args.positionals;
  if (others.length > 0) throw notOneBatch();
  return id === undefined ? batches : [findBatch(batches, id)];
};

const listWaiting = (context: CliContext, vault: Vault): number => {
  const document = [
    ...unfinishedBatches(vault).map((batch) => describe(batch, 'interrupted')),
    ...failedBatches(vault).map((batch) => describe(batch, 'failed files')),
  ];
  const lines = document.map(
    ({ id, kind, files, state }) => `${id}  ${kind}  ${counted(files, 'file')}  ${state}`,
  );
  printResult(
    context,
    { batches: document },
    lines.length === 0 ? ['There are no unfinished batches.'] : lines,
  );
  return exitCodes.done;
};

const describe = (
  { id, kind, files, refused }: StoredBatch,
  state: string,
): { id: string; kind: string; files: number; state: string } => ({
  id,
  kind,
  files: files.length + refused.length,
  state,
});

type Work = (batch: StoredBatch, session: VaultSession) => Promise<BatchReport>;

const runAll = async (
  context: CliContext,
  session: VaultSession,
  batches: readonly StoredBatch[],
  work: Work,
): Promise<number> => {
  if (batches.length > 0) needOpen(await session.unlock());
  const reports: BatchReport[] = [];
  for (const batch of batches) {
    // If one batch cannot continue, for example because a disk is missing, try the others.
    reports.push(await work(batch, session).catch((error: unknown) => stopped(batch, error)));
  }
  const lines = reports.flatMap((report) => report.lines);
  printResult(
    context,
    { batches: reports.map(({ document }) => document) },
    lines.length === 0 ? ['There are no unfinished batches.'] : lines,
  );
  return Math.max(exitCodes.done, ...reports.map(({ code }) => code));
};

const stopped = ({ id }: StoredBatch, error: unknown): BatchReport => {
  if (!(error instanceof Failure) || !ofOneBatch.has(groupOf(error.code))) throw error;
  return {
    document: { batch: id, error: toFailureData(error) },
    lines: [`Batch ${id} is still unfinished.`, ...describeFailure(error)],
    code: exitCodeOfFailure(error),
  };
};

/** A failure of the token or the vault affects all of them. */
const ofOneBatch: ReadonlySet<FailureGroup> = new Set(['file', 'key', 'usage']);

type Runner = (
  session: VaultSession,
  batch: StoredBatch,
  options: RunOptions,
) => Promise<BatchResult>;

const go = async (
  context: CliContext,
  session: VaultSession,
  batch: StoredBatch,
  run: Runner,
): Promise<BatchReport> => {
  const result = await withProgress(context, (options) => run(session, batch, options));
  return reportBatch(context, batch.kind, result, session.vault.tables.keys.names());
};

const abandon: Work = async (batch, session) => {
  const files = await abandonBatch(session, batch);
  return {
    document: { batch: batch.id, abandoned: true, files },
    lines: [
      `Batch ${batch.id} was discarded; ${counted(files.length, 'file')} of it had already ended.`,
    ],
    code: exitCodes.done,
  };
};
