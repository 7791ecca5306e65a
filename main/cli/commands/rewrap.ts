import type { ReplacingKind } from '../../../shared/batch.ts';
import { filesNotGiven } from '../../../shared/messages/failures/cli.ts';
import {
  checkSpace,
  newestRules,
  planBatch,
  runBatch,
  refusalRecorded,
  slotChange,
  type WantedSlots,
} from '../../batch/index.ts';
import { needOpen } from '../../session/index.ts';
import type { Arguments, OptionSpecs } from '../arguments.ts';
import { withProgress } from '../batch-report.ts';
import type { CliContext, Command } from '../command.ts';
import { withSession } from '../with-vault.ts';
import { describePlan, endOfBatch, hintUnfinished } from './batch.ts';

const slotOptions = {
  to: {
    type: 'string',
    value: 'NAME',
    help: 'one key for all (the newest version of each key that a file has)',
  },
  add: { type: 'string', multiple: true, value: 'NAME', help: 'a key that can decrypt them too' },
  remove: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'a key that is not to open them any more; never the last one',
  },
} as const satisfies OptionSpecs;

export const rewrapCommand: Command = {
  name: 'rewrap',
  summary: 'give encrypted files new slots, without touching their data',
  takesArguments: 'paths',
  usage: '[--to NAME] [--add NAME] [--remove NAME] PATH...',
  notes:
    'For use after "claviger key rotate". Each file is replaced once its new copy has been verified\n' +
    'with every new slot. Its file key stays the same: this is rotation, not revocation. For files\n' +
    'with a compromised key, use "claviger reencrypt".',
  usesToken: true,
  options: slotOptions,
  run: (args, context) => replace('rewrap', args, context),
};

export const reencryptCommand: Command = {
  name: 'reencrypt',
  summary: 'encrypt encrypted files again, each with a new file key',
  takesArguments: 'paths',
  usage: '[--to NAME] [--add NAME] [--remove NAME] [--drop-other-keys] PATH...',
  notes:
    'For files encrypted with a compromised key: rotate the key first, or choose another one. Nothing that is\n' +
    'decrypted is written to the disk. Copies of the old files can still be decrypted with the old keys.',
  usesToken: true,
  options: {
    ...slotOptions,
    'drop-other-keys': {
      type: 'boolean',
      help: 'also files that keys of other vaults open, which then open them no more',
    },
  },
  run: (args, context) => replace('reencrypt', args, context),
};

const verbs = { rewrap: 'rewrap', reencrypt: 're-encrypt' } as const;

const replace = (kind: ReplacingKind, args: Arguments, context: CliContext): Promise<number> => {
  if (args.positionals.length === 0) throw filesNotGiven(verbs[kind]);
  const wanted: WantedSlots = {
    to: args.text('to') ?? null,
    add: args.texts('add'),
    remove: args.texts('remove'),
    dropOthers: args.flag('drop-other-keys'),
  };
  return withSession(context, async (session) => {
    const { vault } = session;
    const { keys } = vault.tables;
    // Check the request before asking for the PIN.
    const slots = await refusalRecorded(vault, kind, () => slotChange(keys, wanted, vault.now));
    const rules = { kind, conflict: 'replace', outputDir: null } as const;
    const plan = await planBatch({
      ...rules,
      paths: args.positionals,
      slotRules: newestRules(keys, { kind, slots }, vault.now),
      vaultDir: session.vaultDir,
    });
    if (plan.files.length === 0 && plan.skipped.length === 0)
      return endOfBatch(context, session, kind, { id: null, receipts: [], interrupted: null });
    const space = await checkSpace(plan.files);
    describePlan(context, plan, space?.free ?? null);
    hintUnfinished(context, session);
    needOpen(await session.unlock());
    const request = { ...rules, plan, slots, keys: [], originals: 'keep' } as const;
    const result = await withProgress(context, (options) =>
      runBatch(session, { ...request, encryptedInputs: 'leave-out', sealedNames: false }, options),
    );
    return endOfBatch(context, session, kind, result);
  });
};
