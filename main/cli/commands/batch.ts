import path from 'node:path';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  conflictRules,
  type Receipt,
  type StoredBatch,
} from '../../../shared/batch.ts';
import { Failure } from '../../../shared/failure.ts';
import {
  abandonBatch,
  type BatchResult,
  findUnfinished,
  resumeBatch,
  runBatch,
  unfinishedBatches,
} from '../../batch/batches.ts';
import { encryptionKeys } from '../../batch/lending.ts';
import { planBatch } from '../../batch/plan.ts';
import { checkSpace } from '../../batch/space.ts';
import type { VaultSession } from '../../session/vault-session.ts';
import type { Arguments, OptionSpecs } from '../arguments.ts';
import { exitCodeOf, exitCodeOfFailure } from '../exit-code.ts';
import { type CliContext, type Command, exitCodes, printResult, withSession } from '../command.ts';
import { formatBytes, formatCount } from '../format.ts';
import { ProgressBar } from '../progress-bar.ts';
import { describeFailure, describeReceipt, describeResult } from '../receipts.ts';

const outputOptions = {
  out: {
    type: 'string',
    value: 'DIR',
    help: 'folder for the outputs; without it they go beside their inputs',
  },
  conflict: {
    type: 'string',
    value: conflictRules.join('|'),
    help: 'where an output exists already (keep-both)',
  },
} as const satisfies OptionSpecs;

export const encryptCommand: Command = {
  name: 'encrypt',
  summary: 'encrypt files and folders',
  usage: '--key NAME [--key NAME2] [--out DIR] [--conflict RULE] [--delete-originals] PATH...',
  options: {
    key: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'key to encrypt under; with several, any one of them opens the files',
    },
    ...outputOptions,
    'delete-originals': {
      type: 'boolean',
      help: 'delete each original once its encrypted file has been read back and compared',
    },
  },
  run: (args, context) => runCommand('encrypt', args, context),
};

export const decryptCommand: Command = {
  name: 'decrypt',
  summary: 'decrypt files and folders',
  usage: '[--out DIR] [--conflict RULE] PATH...',
  options: outputOptions,
  run: (args, context) => runCommand('decrypt', args, context),
};

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'check every tag of encrypted files with their keys; writes nothing',
  usage: 'PATH...',
  options: {},
  run: (args, context) => runCommand('verify', args, context),
};

interface Request {
  readonly kind: BatchKind;
  readonly keys: readonly string[];
  readonly conflict: ConflictRule;
  readonly deleteOriginals: boolean;
}

const runCommand = (kind: BatchKind, args: Arguments, context: CliContext): Promise<number> => {
  const request: Request = {
    kind,
    keys: args.texts('key'),
    conflict: args.choice('conflict', conflictRules) ?? 'keep-both',
    deleteOriginals: args.flag('delete-originals'),
  };
  refuseIncomplete(request, args);
  return withSession(context, async (session) => {
    // Everything that can be wrong with the request is said before the PIN is asked for.
    encryptionKeys(session.vault.tables.keys, request.keys);
    const plan = await planBatch({
      kind,
      paths: args.positionals,
      outputDir: outputDirOf(args),
      conflict: request.conflict,
      vaultDir: session.vaultDir,
    });
    const space = await checkSpace(plan.files);
    describePlan(context, plan, space?.free ?? null);
    hintUnfinished(context, session);
    if (plan.files.length === 0) return printBatch(context, kind, plan, null);
    await session.unlock();
    const result = await withProgress(context, (options) =>
      runBatch(session, { ...request, plan }, options),
    );
    return printBatch(context, kind, plan, result);
  });
};

const refuseIncomplete = (request: Request, args: Arguments): void => {
  if (args.positionals.length === 0) {
    throw new Failure('usage', `What is to be ${words[request.kind]}?`, {
      next: 'Name at least one file or folder.',
    });
  }
  if (request.kind === 'encrypt' && request.keys.length === 0) {
    throw new Failure('usage', 'Under which key?', {
      next: 'Give --key NAME; "claviger key list" shows the keys.',
    });
  }
};

const words = { encrypt: 'encrypted', decrypt: 'decrypted', verify: 'verified' } as const;

const outputDirOf = (args: Arguments): string | null => {
  const out = args.text('out');
  return out === undefined ? null : path.resolve(out);
};

const describePlan = (context: CliContext, plan: BatchPlan, free: number | null): void => {
  if (context.json) return;
  const { files, bytes, conflicts } = plan;
  const parts = [
    `${formatCount(files.length, 'file')}, ${formatBytes(bytes)}`,
    ...(free === null ? [] : [`${formatBytes(free)} free`]),
    ...(conflicts === 0 ? [] : [formatCount(conflicts, 'name conflict')]),
  ];
  context.terminal.notice(parts.join(', '));
};

const hintUnfinished = (context: CliContext, session: VaultSession): void => {
  const count = unfinishedBatches(session.vault).length;
  if (count === 0) return;
  context.terminal.notice(
    `${formatCount(count, 'earlier batch is', 'earlier batches are')} unfinished: "claviger resume" goes on with them.`,
  );
};

interface ProgressOptions {
  readonly signal: AbortSignal;
  readonly onProgress: ProgressBar['update'];
  readonly onReceipt: (receipt: Receipt) => void;
}

const withProgress = async <T>(
  context: CliContext,
  work: (options: ProgressOptions) => Promise<T>,
): Promise<T> => {
  const bar = new ProgressBar(context.terminal);
  const onReceipt = (receipt: Receipt): void => {
    if (context.json || (receipt.outcome === 'done' && receipt.reason === undefined)) return;
    bar.clear();
    context.terminal.notice(describeReceipt(receipt));
  };
  try {
    return await work({ signal: context.signal, onProgress: bar.update, onReceipt });
  } finally {
    bar.clear();
  }
};

const printBatch = (
  context: CliContext,
  kind: BatchKind,
  plan: BatchPlan,
  result: BatchResult | null,
): number => {
  const skipped = plan.skipped.map(({ input, outcome, reason }): Receipt => ({
    input,
    output: null,
    outcome,
    reason,
    bytes: 0,
    sha256: null,
    key: null,
    version: null,
  }));
  if (!context.json) for (const each of skipped) context.terminal.notice(describeReceipt(each));
  const receipts = [...(result?.receipts ?? []), ...skipped];
  const document = {
    batch: result?.id ?? null,
    kind,
    files: receipts,
    interrupted: result?.interrupted?.message ?? null,
  };
  printResult(context, document, describeResult(kind, receipts));
  const interrupted = result?.interrupted ?? null;
  if (interrupted === null) return exitCodeOf(receipts);
  context.terminal.notice(describeFailure(interrupted));
  context.terminal.notice('The batch can go on from here: "claviger resume".');
  return exitCodeOfFailure(interrupted);
};

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'go on with batches that a crash or a lost token has interrupted',
  usage: '[--list | --abandon] [BATCH]',
  options: {
    list: { type: 'boolean', help: 'only list the unfinished batches; no PIN is needed' },
    abandon: {
      type: 'boolean',
      help: 'give the batch up: finished outputs stay, unfinished ones are removed',
    },
  },
  run: (args, context) =>
    withSession(context, async (session) => {
      const [id] = args.positionals;
      const batches =
        id === undefined ? unfinishedBatches(session.vault) : [findUnfinished(session.vault, id)];
      if (args.flag('list') || batches.length === 0) return listBatches(context, batches);
      await session.unlock();
      let code: number = exitCodes.done;
      for (const batch of batches) {
        code = Math.max(code, await resumeOne(context, session, batch, args.flag('abandon')));
      }
      return code;
    }),
};

const listBatches = (context: CliContext, batches: readonly StoredBatch[]): number => {
  const document = batches.map(({ id, kind, files }) => ({ id, kind, files: files.length }));
  const lines = document.map(
    ({ id, kind, files }) => `${id}  ${kind}  ${formatCount(files, 'file')}`,
  );
  printResult(context, { batches: document }, lines.join('\n') || 'No batch is unfinished.');
  return exitCodes.done;
};

const resumeOne = async (
  context: CliContext,
  session: VaultSession,
  batch: StoredBatch,
  abandon: boolean,
): Promise<number> => {
  const nothing = { files: [], skipped: [], bytes: 0, conflicts: 0 };
  if (abandon) {
    const receipts = await abandonBatch(session, batch);
    const document = { batch: batch.id, abandoned: true, files: receipts };
    printResult(
      context,
      document,
      `Batch ${batch.id} was given up; ${formatCount(receipts.length, 'file')} of it had been settled.`,
    );
    return exitCodes.done;
  }
  const result = await withProgress(context, (options) => resumeBatch(session, batch, options));
  return printBatch(context, batch.kind, nothing, result);
};
