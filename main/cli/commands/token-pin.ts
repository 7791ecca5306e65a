import { Failure } from '../../../shared/failure.ts';
import { changePin, needOpen } from '../../session/index.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readReplacingPin, readTokenPin } from '../pin.ts';
import { printResult, withSession } from '../with-vault.ts';

export const tokenPinCommand: Command = {
  name: 'token pin',
  summary: "change the PIN of the vault's token",
  usage: '[--new-pin-file FILE]',
  usesToken: true,
  options: {
    'new-pin-file': {
      type: 'string',
      value: 'FILE',
      help: 'file with the new PIN (or the variable CLAVIGER_NEW_PIN, or a prompt)',
    },
  },
  notes:
    'The old PIN is given as for every command. A token with a PIN pad asks for both PINs there:\n' +
    'type the old one, then the new one as often as it asks.',
  run: (_args, context) => {
    let oldPin: string | null = null;
    return withSession(
      context,
      async (session) => {
        let isExpired = false;
        try {
          needOpen(await session.unlock());
        } catch (error) {
          if (!(error instanceof Failure) || error.code !== 'pin-expired') throw error;
          isExpired = true;
        }
        // Not asked where the token has a PIN pad.
        const change =
          oldPin === null ? null : { oldPin, newPin: await readReplacingPin(context.newPin) };
        if (change === null)
          context.terminal.notice(['Type the old PIN and the new one at the token.']);
        await changePin(session, change);
        oldPin = change?.newPin ?? null;
        if (isExpired) needOpen(await session.unlock());
        printResult(context, { changed: true }, ['The PIN of the token is changed.']);
        return exitCodes.done;
      },
      async (token) => (oldPin ??= await readTokenPin(context.pin, token)),
    );
  },
};
