import path from 'node:path';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { notDays } from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import { verifyInThread, withStatus } from '../../vault/index.ts';
import type { Arguments } from '../arguments.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodeOfFailure } from '../exit-code.ts';
import { exitCodes } from '../exit-codes.ts';
import { ageWords, type Level, stateOf, type Use, type VaultState } from '../vault-state.ts';
import { printResult, vaultDirOf } from '../with-vault.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'tell in one line whether a vault is in order, for monitoring; no PIN is needed',
  usage: '[--checkpoint-age DAYS]',
  options: {
    'checkpoint-age': {
      type: 'string',
      value: 'DAYS',
      help: 'warn if the newest checkpoint is as old as this',
    },
  },
  notes:
    'Verifies the whole ledger. Works while other programs use the vault, writes nothing and leaves no record.\n' +
    'Exit codes: 0 OK, 1 WARNING (somebody should look at it), 4 CRITICAL (verification failed, or a\n' +
    'rollback); 2 and 3 as for every command.',
  run: async (args, context) => {
    const checkpointDays = daysOf(args, 'checkpoint-age');
    const folder = vaultDirOf(context);
    try {
      const verdict = await verifyInThread(folder, { signal: context.signal });
      const vaultContext = await context.vaultContext();
      const { id, state } = await withStatus(
        folder,
        vaultContext,
        async (vault) => (await context.trust.find(vault))?.seen ?? null,
        (status) => ({
          id: status.id,
          state: stateOf(status, verdict, { now: vaultContext.clock.now(), checkpointDays }),
        }),
      );
      printResult(context, { vault: { id, folder }, ...state }, [lineOf(folder, state)]);
      return codes[state.level];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return unreadable(context, folder, error);
    }
  },
};

const codes: Readonly<Record<Level, number>> = {
  ok: exitCodes.done,
  attention: exitCodes.attention,
  failed: exitCodes.unverified,
};

const words: Readonly<Record<Level, string>> = {
  ok: 'OK',
  attention: 'WARNING',
  failed: 'CRITICAL',
};

const uses: Readonly<Record<Use, string>> = {
  locked: 'locked',
  open: 'in use, locked',
  unlocked: 'in use, unlocked',
  interrupted: 'not locked properly',
  unknown: 'may be in use elsewhere',
};

/** After the bar, what monitors draw: the plugin form of Nagios. */
const lineOf = (folder: string, state: VaultState): string => {
  const { level, reasons, use, ledger, checkpoint, batches } = state;
  const age = checkpoint?.ageSeconds ?? null;
  const facts = [
    ...reasons.map(({ text }) => text),
    `${counted(ledger.records, 'record')} ${ledger.verified ? 'verified' : 'read'}`,
    ...(checkpoint === null || age === null
      ? []
      : [`checkpoint of ${counted(checkpoint.records, 'record')}, ${ageWords(age)} old`]),
    uses[use],
  ];
  const figures = [
    `records=${ledger.records}`,
    `unsigned=${ledger.unsigned}`,
    ...(checkpoint === null || age === null ? [] : [`checkpoint_age=${age}s`]),
    `batches=${batches.interrupted + batches.failed}`,
  ];
  return `${words[level]}: ${nameOf(folder)}: ${facts.join('; ')} | ${figures.join(' ')}`;
};

/** A bar would end what is shown. */
const nameOf = (folder: string): string => path.basename(folder).replaceAll('|', '_');

/** A vault that cannot be read gets a line too: that is what a monitor shows. */
const unreadable = (context: CliContext, folder: string, failure: Failure): number => {
  const next = failure.next === undefined ? '' : ` ${failure.next}`;
  const line = `${words.failed}: ${nameOf(folder)}: ${failure.message}${next}`;
  printResult(context, { level: 'failed', error: toFailureData(failure) }, [line]);
  return exitCodeOfFailure(failure);
};

const daysOf = (args: Arguments, option: string): number | null => {
  const text = args.text(option);
  if (text === undefined) return null;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw notDays(option, text);
};
