import { Failure } from '../../../shared/failure.ts';
import { type Command, exitCodes, printResult, withVault } from '../command.ts';
import { sessionOf } from '../session.ts';

export const recoverCommand: Command = {
  name: 'recover',
  summary: 'accept that the vault is older or other than what was signed, and begin a new ledger',
  usage: '--accept "REASON"',
  notes:
    'First restore the newest copy of the folder: this is for when there is none. The new ledger\n' +
    'begins with both heads and your reason in its first record; the old one is kept beside it as\n' +
    'ledger.epoch-N.jsonl. It is never signed again.',
  options: {
    accept: {
      type: 'string',
      value: 'REASON',
      help: 'what happened, for those who read the ledger',
    },
  },
  run: async (args, context) => {
    const reason = args.text('accept')?.trim();
    if (reason === undefined || reason === '')
      throw new Failure('usage', 'What happened? Say it with --accept "REASON".');
    const epoch = await withVault(context, (vault, vaultDir) =>
      sessionOf(context, vault, vaultDir).acceptAndContinue(reason),
    );
    const text = `A new ledger has begun: epoch ${epoch}. The old one is kept beside it.`;
    printResult(context, { epoch, reason }, [text]);
    return exitCodes.done;
  },
};
