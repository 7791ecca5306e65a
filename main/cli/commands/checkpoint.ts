import { Failure } from '../../../shared/failure.ts';
import { counted } from '../../../shared/numbers.ts';
import {
  checkpointNotGiven,
  folderNotGiven,
  replyNotGiven,
} from '../../../shared/messages/failures/cli.ts';
import { fingerprintOf } from '../../pki/index.ts';
import {
  attachTimestamp,
  compareWitness,
  headOf,
  newestOf,
  readCheckpointFile,
  readReplyFile,
  writeWitness,
} from '../../reports/index.ts';
import { anchorWords, needOpen } from '../../session/index.ts';
import { refuseInVault } from '../../store/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewVault, withSession, printResult } from '../with-vault.ts';

export const checkpointShowCommand: Command = {
  name: 'checkpoint show',
  summary: 'show the newest signed checkpoint and the fingerprint of its key; no PIN is needed',
  usage: '',
  options: {},
  run: (_args, context) =>
    viewVault(context, (vault) => {
      const { note, size, root } = newestOf(vault);
      const fingerprint = fingerprintOf(vault.checkpointKey.spki);
      const anchor = anchorWords(vault);
      const lines = [...note.split('\n'), `key fingerprint ${fingerprint}`, anchor];
      printResult(context, { size, root, note, fingerprint, anchor }, lines);
      return Promise.resolve(exitCodes.done);
    }),
};

export const checkpointWriteCommand: Command = {
  name: 'checkpoint write',
  summary: 'sign all records and save the checkpoint in a folder outside the vault',
  takesArguments: true,
  usage: 'FOLDER',
  usesToken: true,
  options: {},
  run: (args, context) => {
    const folder = positional(args, folderNotGiven);
    return withSession(context, async (session) => {
      await refuseInVault(session.vaultDir, folder);
      needOpen(await session.unlock());
      const { vault } = session;
      await vault.record([
        { action: 'checkpoint.write', subject: { name: folder }, outcome: 'ok', details: {} },
      ]);
      const checkpoint = (await session.checkpoint()) ?? newestOf(vault);
      const file = await writeWitness(vault, checkpoint, folder);
      printResult(context, { file, size: checkpoint.size, root: checkpoint.root }, [file]);
      return exitCodes.done;
    });
  },
};

export const checkpointCompareCommand: Command = {
  name: 'checkpoint compare',
  summary: 'compare a saved checkpoint with the ledger; no PIN is needed',
  takesArguments: true,
  usage: 'FILE',
  options: {},
  run: (args, context) => {
    const file = positional(args, checkpointNotGiven);
    return viewVault(context, async (vault) => {
      const note = await readCheckpointFile(file);
      const { agrees, words, kept, proof } = await compareWitness(vault, note);
      printResult(context, { agrees, words, kept: headOf(kept), proof }, [words]);
      return agrees ? exitCodes.done : exitCodes.unverified;
    });
  },
};

export const checkpointTimestampCommand: Command = {
  name: 'checkpoint timestamp',
  summary: 'store the reply of a time-stamping authority (RFC 3161) for a checkpoint',
  takesArguments: true,
  usage: 'REPLY.tsr',
  options: {},
  run: (args, context) => {
    const file = positional(args, replyNotGiven);
    return viewVault(context, async (vault) => {
      const { size } = await attachTimestamp(vault, await readReplyFile(file));
      printResult(context, { size }, [
        `The time stamp of the checkpoint of ${counted(size, 'record')} is stored.`,
      ]);
      return exitCodes.done;
    });
  },
};

const positional = (args: Arguments, missing: () => Failure): string => {
  const [only] = args.positionals;
  if (only !== undefined) return only;
  throw missing();
};
