import { waitingDays } from '../../../shared/key-life.ts';
import { destructionNotConfirmed } from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import {
  changeKey,
  type ChangedKey,
  type DestructionPreview,
  destroyNow,
  previewDestruction,
  refuseRequest,
} from '../../keys/index.ts';
import { needOpen } from '../../session/index.ts';
import { type Arguments, numberOf } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printResult, withSession } from '../with-vault.ts';
import { actOptions, requestOf } from './key-life.ts';

const ACT = 'schedule-destroy';

export const keyDestroyCommand: Command = {
  name: 'key destroy',
  summary: 'destroy a version of a key after a waiting period',
  takesArguments: true,
  usage: 'NAME --reason REASON',
  usesToken: true,
  options: {
    ...actOptions(ACT),
    after: {
      type: 'string',
      value: 'DAYS',
      help: `days until it is destroyed: ${waitingDays.least} to ${waitingDays.most}; otherwise as set with "claviger key waiting-period"`,
    },
    unused: { type: 'boolean', help: 'at once, if it has never encrypted anything' },
    due: {
      type: 'boolean',
      help: 'now, if its date has come but the clock could not be checked',
    },
    confirm: { type: 'string', value: 'NAME', help: 'the key’s name, instead of typing it' },
  },
  notes:
    'The version is suspended at once. When the time is over, it is destroyed at the next unlock.\n' +
    'Until then "claviger key cancel-destroy NAME" keeps it.',
  run: (args, context) => {
    const change = { ...requestOf(args, ACT), waitingDays: numberOf(args, 'after') };
    return withSession(context, async (session) => {
      const { keys } = session.vault.tables;
      refuseRequest(keys, { act: ACT, ...change }, session.vault.now);
      const { id, name, version: newest } = keys.get(change.key);
      const version = change.version ?? newest;
      needOpen(await session.unlock());
      const preview = await previewDestruction(session.vault, id, version);
      context.terminal.notice(consequences(name, version, preview));
      const confirmed =
        args.text('confirm') ??
        (await context.terminal.ask(`Type the name of the key to destroy version ${version}: `));
      if (confirmed !== name) throw destructionNotConfirmed(name);
      const grounds = groundsOf(args);
      const changed =
        grounds === null
          ? await changeKey(session, { act: ACT, ...change })
          : await destroyNow(session, change, grounds);
      printResult(context, { preview, changed }, [inWords(changed)]);
      return exitCodes.done;
    });
  },
};

const consequences = (
  name: string,
  version: number,
  { files, unreadable, others, moved, refused }: DestructionPreview,
): string[] => [
  `Version ${version} of the key "${name}" decrypts ${counted(files, 'file')} in this vault’s ledger.`,
  `${counted(unreadable, 'file becomes', 'files become')} unreadable.`,
  ...others.map(
    (other) => `${counted(other.files, 'file')} can still be decrypted with "${other.name}".`,
  ),
  ...(moved === 0
    ? []
    : [
        `${counted(moved, 'file no longer needs', 'files no longer need')} it: rewrapped or encrypted again.`,
      ]),
  ...(refused === null
    ? []
    : [
        `${counted(refused.times, 'use was', 'uses were')} refused, the last one at ${refused.last}: somebody may still need it.`,
      ]),
  'Copies of these files, and files that the ledger does not know, are not counted.',
];

const groundsOf = (args: Arguments): 'due' | 'never-used' | null => {
  if (args.flag('due')) return 'due';
  return args.flag('unused') ? 'never-used' : null;
};

const inWords = ({ key, version: { version, destroys } }: ChangedKey): string =>
  destroys === null
    ? `Version ${version} of the key "${key.name}" is destroyed.`
    : `Version ${version} of the key "${key.name}" is suspended. It is destroyed on ${destroys}.`;
