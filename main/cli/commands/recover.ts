import { reasonNotGiven } from '../../../shared/messages/failures/cli.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount } from '../format.ts';
import { sessionOf } from '../session.ts';
import { withVault, withSession, printResult } from '../with-vault.ts';

export const recoverCommand: Command = {
  name: 'recover',
  summary: 'accept that the vault is older or other than what was signed, and begin a new ledger',
  usage: '--accept "REASON" | --carry-over',
  notes:
    'First restore the newest copy of the folder: this is for when there is none. The new ledger\n' +
    'begins with both heads and your reason in its first record; the old one is kept beside it as\n' +
    'ledger.epoch-N.jsonl. It is never signed again.\n' +
    'With --carry-over you confirm, once, the last records of a vault that an older version of\n' +
    'Claviger left unsigned because it was interrupted.',
  usesToken: true,
  options: {
    accept: {
      type: 'string',
      value: 'REASON',
      help: 'what happened, for those who read the ledger',
    },
    'carry-over': { type: 'boolean', help: 'confirm unsigned records of an older version' },
  },
  run: async (args, context) => {
    if (args.flag('carry-over')) return carryOver(context);
    const reason = args.text('accept')?.trim();
    if (reason === undefined || reason === '') throw reasonNotGiven();
    const epoch = await withVault(context, (vault, vaultDir) =>
      sessionOf(context, vault, vaultDir).acceptAndContinue(reason),
    );
    const text = `A new ledger has begun: epoch ${epoch}. The old one is kept beside it.`;
    printResult(context, { epoch, reason }, [text]);
    return exitCodes.done;
  },
};

const carryOver = (context: CliContext): Promise<number> =>
  withSession(context, async (session) => {
    await session.unlock({ carryOver: true });
    const records = session.vault.facts.carried ?? 0;
    printResult(context, { carried: records }, [
      `The vault is in order: its first ${formatCount(records, 'record')} are carried over.`,
    ]);
    return exitCodes.done;
  });
