import path from 'node:path';
import { keyReasons } from '../../../shared/key-life.ts';
import {
  keyReasonNotGiven,
  masterRotationNotConfirmed,
} from '../../../shared/messages/failures/cli.ts';
import { compromiseEffect, rotationEffects } from '../../../shared/messages/masters.ts';
import { counted, n } from '../../../shared/numbers.ts';
import {
  compromiseMasters,
  type CompromisedKeys,
  refuseReason,
  rotateMasters,
  type RotatedMasters,
  rotationEffectsOf,
} from '../../keys/index.ts';
import { needOpen, type VaultSession } from '../../session/index.ts';
import { type Arguments, type OptionSpecs } from '../arguments.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { timeOf } from '../time.ts';
import { printResult, withSession } from '../with-vault.ts';

const options = {
  reason: { type: 'string', value: keyReasons.join('|'), help: 'why; it is recorded' },
  note: { type: 'string', value: 'TEXT', help: 'more about it, in your own words' },
  confirm: { type: 'string', value: 'NAME', help: 'the vault’s name, instead of typing it' },
} as const satisfies OptionSpecs;

const INTERRUPTED =
  'If it is interrupted, the next unlock undoes it, or finishes it if every key was wrapped already.';

export const masterRotateCommand: Command = {
  name: 'master rotate',
  summary: 'replace the master keys in the token and wrap every key again',
  usage: '[--confirm NAME]',
  usesToken: true,
  options,
  notes:
    'Every key is unwrapped with the new master keys before the old ones are destroyed. Older copies and\n' +
    `backups of the vault can then decrypt nothing. The vault’s name is that of its folder.\n${INTERRUPTED}`,
  run: (args, context) => {
    const request = {
      reason: args.choice('reason', keyReasons) ?? 'scheduled',
      note: noteOf(args),
    };
    return withSession(context, async (session) => {
      refuseReason(request, session.vault.now);
      needOpen(await session.unlock());
      await confirmRotation(session, context, args);
      const rotated = await rotateMasters(session, { ...request, ...progressOn(context) });
      printResult(context, { rotated }, linesOf(rotated));
      return rotated.oldKept === null ? exitCodes.done : exitCodes.attention;
    });
  },
};

export const masterCompromiseCommand: Command = {
  name: 'master compromise',
  summary: 'mark every wrapped key as compromised and replace the master keys',
  usage: '--reason REASON [--since TIME] [--confirm NAME]',
  usesToken: true,
  options: {
    ...options,
    since: {
      type: 'string',
      value: 'TIME',
      help: 'since when others may know them: 2026-01-31, or with a time and zone',
    },
  },
  notes:
    'For use if others may have the master keys, and so every key that they wrap. Resident keys are not\n' +
    'wrapped and stay as they are. The keys then only decrypt: rotate each of them, and encrypt its files\n' +
    `again.\n${INTERRUPTED}`,
  run: (args, context) => {
    const reason = args.choice('reason', keyReasons);
    if (reason === undefined) throw keyReasonNotGiven();
    const request = { reason, note: noteOf(args), since: timeOf(args, 'since') };
    return withSession(context, async (session) => {
      refuseReason(request, session.vault.now);
      needOpen(await session.unlock());
      context.terminal.notice([compromiseEffect(session.vault.tables.keys.wrapped().length)]);
      await confirmRotation(session, context, args);
      const compromised = await compromiseMasters(session, request);
      const rotated = await rotateMasters(session, { ...request, ...progressOn(context) });
      printResult(context, { compromised, rotated }, [
        ...compromisedLines(compromised),
        ...linesOf(rotated),
        ...nextLines(compromised),
      ]);
      return rotated.oldKept === null ? exitCodes.done : exitCodes.attention;
    });
  },
};

const noteOf = (args: Arguments): string => args.text('note') ?? '';

const confirmRotation = async (
  { vault, vaultDir }: VaultSession,
  { terminal }: CliContext,
  args: Arguments,
): Promise<void> => {
  const name = path.basename(vaultDir);
  terminal.notice(rotationEffects(rotationEffectsOf(vault.tables)));
  const typed =
    args.text('confirm') ??
    (await terminal.ask(`Type the name of the vault, ${name}, to rotate its master keys: `));
  if (typed !== name) throw masterRotationNotConfirmed(name);
};

const progressOn = ({
  terminal,
}: CliContext): { readonly onProgress: (done: number, all: number) => void } => ({
  onProgress: (done, all) =>
    terminal.status(done === all ? '' : `${done}/${all} versions are wrapped again`),
});

const linesOf = ({ versions, oldKept }: RotatedMasters): string[] => [
  `The master keys are rotated: ${counted(versions, 'version of a key', 'versions of keys')} wrapped again.`,
  oldKept === null
    ? 'The old master keys are destroyed, and the token does not find them any more.'
    : `The old master keys are still in the token: ${oldKept} The next unlock tries again.`,
];

const compromisedLines = ({ keys, versions }: CompromisedKeys): string[] => [
  `${counted(versions, 'version')} of ${counted(keys.length, 'key')} marked as compromised.`,
];

const nextLines = ({ keys }: CompromisedKeys): string[] =>
  keys.length === 0
    ? []
    : [
        'Now rotate each of these keys, and encrypt their files again with new file keys:',
        ...keys.map(({ name }) => `  claviger key rotate ${JSON.stringify(name)}`),
        '  claviger reencrypt PATH...',
        'Files that the ledger knows:',
        ...keys.map(({ name, files }) => `  ${n(files)} under ${JSON.stringify(name)}`),
      ];
