import path from 'node:path';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  type EncryptedInputs,
  type OriginalsRule,
  conflictRules,
} from '../../../shared/batch.ts';
import { formatBytes } from '../../../shared/bytes.ts';
import {
  filesNotGiven,
  keyNotGiven,
  outNotGiven,
  trashAndDelete,
  trashOnLinuxOnly,
} from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import {
  checkSpace,
  encryptionKeys,
  refusalRecorded,
  planBatch,
  runBatch,
  unfinishedBatches,
} from '../../batch/index.ts';
import { needOpen, type VaultSession } from '../../session/index.ts';
import type { Arguments, OptionSpecs } from '../arguments.ts';
import { type Outcome, reportBatch, withProgress } from '../batch-report.ts';
import type { CliContext, Command } from '../command.ts';
import { withSession, printResult } from '../with-vault.ts';

const outputOptions = {
  out: {
    type: 'string',
    value: 'DIR',
    help: 'folder for the outputs (beside their inputs)',
  },
  conflict: {
    type: 'string',
    value: conflictRules.join('|'),
    help: 'if an output already exists (keep-both)',
  },
} as const satisfies OptionSpecs;

export const encryptCommand: Command = {
  name: 'encrypt',
  summary: 'encrypt files and folders',
  takesArguments: 'paths',
  usage:
    '--key NAME [--key NAME2] [--out DIR] [--conflict RULE] [--encrypt-again] [--delete-originals | --trash-originals] PATH...',
  usesToken: true,
  options: {
    key: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'key to encrypt with; if you give several, each of them can decrypt the files',
    },
    ...outputOptions,
    'encrypt-again': {
      type: 'boolean',
      help: 'also encrypt files that are already encrypted',
    },
    'delete-originals': {
      type: 'boolean',
      help: 'delete each original after its encrypted file has been read back and compared',
    },
    'trash-originals': {
      type: 'boolean',
      help: 'move each original to the trash instead, where it stays until you empty the trash',
    },
  },
  run: (args, context) => runCommand('encrypt', args, context),
};

export const decryptCommand: Command = {
  name: 'decrypt',
  summary: 'decrypt files and folders',
  takesArguments: 'paths',
  usage: '[--out DIR] [--conflict RULE] [--original-names] PATH...',
  notes:
    'The output is named like its file without “.clv”. If a file name does not end in “.clv”, like\n' +
    '“x.clv (1)”, the output gets the original name stored in the file, and replaces nothing.',
  usesToken: true,
  options: {
    ...outputOptions,
    'original-names': {
      type: 'boolean',
      help: 'give every output its original name, which is stored in the file',
    },
  },
  run: (args, context) => runCommand('decrypt', args, context),
};

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'verify encrypted files with their keys; writes nothing',
  takesArguments: 'paths',
  usage: 'PATH...',
  usesToken: true,
  options: {},
  run: (args, context) => runCommand('verify', args, context),
};

interface Request {
  readonly kind: 'encrypt' | 'decrypt' | 'verify';
  readonly keys: readonly string[];
  readonly conflict: ConflictRule;
  readonly originals: OriginalsRule;
  readonly encryptedInputs: EncryptedInputs;
  readonly sealedNames: boolean;
}

const runCommand = (
  kind: Request['kind'],
  args: Arguments,
  context: CliContext,
): Promise<number> => {
  const request: Request = {
    kind,
    keys: args.texts('key'),
    conflict: args.choice('conflict', conflictRules) ?? 'keep-both',
    originals: originalsRule(args),
    encryptedInputs: args.flag('encrypt-again') ? 'encrypt' : 'refuse',
    sealedNames: args.flag('original-names'),
  };
  refuseIncomplete(request, args);
  return withSession(context, async (session) => {
    // Check the request before asking for the PIN.
    const { vault } = session;
    await refusalRecorded(vault, kind, () =>
      encryptionKeys(vault.tables.keys, request.keys, vault.now),
    );
    const outputDir = outputDirOf(args);
    const plan = await planBatch({
      kind,
      paths: args.positionals,
      outputDir,
      conflict: request.conflict,
      encryptedInputs: request.encryptedInputs,
      sealedNames: request.sealedNames,
      vaultDir: session.vaultDir,
    });
    // Without any file there is nothing to record either.
    if (plan.files.length + plan.skipped.length === 0)
      return endOfBatch(context, session, kind, { id: null, receipts: [], interrupted: null });
    const space = await checkSpace(plan.files);
    describePlan(context, plan, space?.free ?? null);
    hintUnfinished(context, session);
    needOpen(await session.unlock());
    const result = await withProgress(context, (options) =>
      runBatch(session, { ...request, outputDir, plan }, options),
    );
    return endOfBatch(context, session, kind, result);
  });
};

const refuseIncomplete = (request: Request, args: Arguments): void => {
  if (args.positionals.length === 0) {
    throw filesNotGiven(request.kind);
  }
  if (request.kind === 'encrypt' && request.keys.length === 0) {
    throw keyNotGiven();
  }
};

const originalsRule = (args: Arguments): OriginalsRule => {
  const [trash, deletes] = [args.flag('trash-originals'), args.flag('delete-originals')];
  if (trash && deletes) {
    throw trashAndDelete();
  }
  if (trash && process.platform !== 'linux') {
    throw trashOnLinuxOnly();
  }
  if (trash) return 'trash';
  return deletes ? 'delete' : 'keep';
};

const outputDirOf = (args: Arguments): string | null => {
  const out = args.text('out');
  if (out === '') throw outNotGiven();
  return out === undefined ? null : path.resolve(out);
};

export const describePlan = (context: CliContext, plan: BatchPlan, free: number | null): void => {
  const { files, bytes, conflicts } = plan;
  if (context.json || files.length === 0) return;
  const parts = [
    `${counted(files.length, 'file')}, ${formatBytes(bytes)}`,
    ...(free === null ? [] : [`${formatBytes(free)} free`]),
    ...(conflicts.length === 0 ? [] : [counted(conflicts.length, 'name conflict')]),
  ];
  context.terminal.notice([parts.join(', ')]);
};

export const hintUnfinished = (context: CliContext, session: VaultSession): void => {
  const count = unfinishedBatches(session.vault).length;
  if (count === 0) return;
  context.terminal.notice([
    `${counted(count, 'earlier batch is', 'earlier batches are')} unfinished. Continue with "claviger resume".`,
  ]);
};

export const endOfBatch = (
  context: CliContext,
  session: VaultSession,
  kind: BatchKind,
  outcome: Outcome,
): number => {
  const names = session.vault.tables.keys.names();
  const { document, lines, code } = reportBatch(context, kind, outcome, names);
  printResult(context, document, lines);
  return code;
};
