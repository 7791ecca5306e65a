import { reasonNotGiven } from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import { needOpen } from '../../session/index.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { sessionOf } from '../session.ts';
import { withVault, withSession, printResult } from '../with-vault.ts';

export const recoverCommand: Command = {
  name: 'recover',
  summary: 'accept a vault that differs from its last signed state, and start a new ledger',
  usage: '--accept "REASON" | --carry-over',
  notes:
    'If you can, restore the newest copy of the folder instead. The first record of the new ledger\n' +
    'contains both heads and your reason. The old ledger stays beside it as ledger.epoch-N.jsonl\n' +
    'and is never signed again.\n' +
    'With --carry-over you confirm, once, the last records of a vault that an older version of\n' +
    'Claviger could not sign because it was interrupted.',
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
    const text = `Epoch ${epoch} has started with a new ledger. The old one is stored beside it.`;
    printResult(context, { epoch, reason }, [text]);
    return exitCodes.done;
  },
};

const carryOver = (context: CliContext): Promise<number> =>
  withSession(context, async (session) => {
    needOpen(await session.unlock({ carryOver: true }));
    const records = session.vault.facts.carried ?? 0;
    printResult(context, { carried: records }, [
      `The first ${counted(records, 'record')} of this vault are confirmed.`,
    ]);
    return exitCodes.done;
  });
