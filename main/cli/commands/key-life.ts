import { type KeyAct, keyReasons } from '../../../shared/keys.ts';
import { keyReasonNotGiven, notAVersion } from '../../../shared/messages/failures/cli.ts';
import { changeState, refuseChange, refuseRotation, rotateKey } from '../../keys/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { timeOf } from '../time.ts';
import { printResult, withSession } from '../with-vault.ts';
import { kcvOf, onlyName } from './key.ts';

const summaries: Readonly<Record<KeyAct, string>> = {
  suspend: 'stop a key for now: it neither encrypts nor decrypts',
  resume: 'let a suspended key work again',
  deactivate: 'stop encrypting with a key; it still decrypts',
  compromise: 'mark a key that others may know; it only decrypts',
};

const done: Readonly<Record<KeyAct, string>> = {
  suspend: 'suspended',
  resume: 'resumed',
  deactivate: 'deactivated',
  compromise: 'marked as compromised',
};

const since = {
  type: 'string',
  value: 'TIME',
  help: 'since when others may know it: 2026-01-31, or with a time and zone',
} as const;

const changing = (act: KeyAct): Command => ({
  name: `key ${act}`,
  summary: summaries[act],
  takesArguments: true,
  usage: 'NAME --reason REASON',
  usesToken: true,
  options: {
    reason: { type: 'string', value: keyReasons.join('|'), help: 'why; it is recorded' },
    note: { type: 'string', value: 'TEXT', help: 'more about it, in your own words' },
    version: { type: 'string', value: 'N', help: 'one version; the newest otherwise' },
    ...(act === 'compromise' ? { since } : {}),
  },
  run: async (args, context) => {
    const reason = args.choice('reason', keyReasons);
    if (reason === undefined) throw keyReasonNotGiven();
    const change = {
      ...{ key: onlyName(args), act, reason, version: versionOf(args) },
      ...{ note: args.text('note') ?? '', since: timeOf(args, 'since') },
    };
    return withSession(context, async (session) => {
      refuseChange(session.vault.tables.keys, change);
      await session.unlock();
      const changed = await changeState(session, change);
      printResult(context, { changed }, [
        `Version ${changed.version} of the key "${changed.key}" is ${done[act]}: it is ${changed.state}.`,
      ]);
      return exitCodes.done;
    });
  },
});

export const keySuspendCommand = changing('suspend');
export const keyResumeCommand = changing('resume');
export const keyDeactivateCommand = changing('deactivate');
export const keyCompromiseCommand = changing('compromise');

export const keyRotateCommand: Command = {
  name: 'key rotate',
  summary: 'make a new version of a key, which encrypts from then on',
  takesArguments: true,
  usage: 'NAME',
  usesToken: true,
  options: {},
  notes: 'Files that are encrypted under older versions still open.',
  run: async (args, context) => {
    const name = onlyName(args);
    return withSession(context, async (session) => {
      refuseRotation(session.vault.tables.keys, name);
      await session.unlock();
      const key = await rotateKey(session, name);
      printResult(context, { key }, [
        `Key "${key.name}" encrypts under version ${key.version} now, KCV ${kcvOf(key)}`,
      ]);
      return exitCodes.done;
    });
  },
};

const versionOf = (args: Arguments): number | undefined => {
  const text = args.text('version');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw notAVersion(text);
};
