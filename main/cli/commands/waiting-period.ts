import { waitingDays } from '../../../shared/key-life.ts';
import { counted } from '../../../shared/numbers.ts';
import { refuseWait, setWaitingPeriod } from '../../keys/index.ts';
import { needOpen } from '../../session/index.ts';
import { numberOf } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printResult, viewVault, withSession } from '../with-vault.ts';

export const waitingPeriodCommand: Command = {
  name: 'key waiting-period',
  summary: 'show or set how long destructions of keys wait in this vault',
  usage: '[--days N]',
  usesToken: true,
  options: {
    days: {
      type: 'string',
      value: 'N',
      help: `days from now on: ${waitingDays.least} to ${waitingDays.most}`,
    },
  },
  notes: 'Without --days nothing is changed, and no PIN is needed.',
  run: (args, context) => {
    const days = numberOf(args, 'days');
    const print = (now: number): number => {
      printResult(context, { days: now }, [`Destructions wait ${counted(now, 'day')}.`]);
      return exitCodes.done;
    };
    if (days === undefined)
      return viewVault(context, ({ tables }) => Promise.resolve(print(tables.meta.waitingDays())));
    refuseWait(days);
    return withSession(context, async (session) => {
      needOpen(await session.unlock());
      await setWaitingPeriod(session, days);
      return print(days);
    });
  },
};
