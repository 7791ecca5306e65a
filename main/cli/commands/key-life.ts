import { atPeriodEnds } from '../../../shared/keys.ts';
import {
  isVersionAct,
  type KeyAct,
  keyReasons,
  type PlainKeyAct,
  usualReasons,
} from '../../../shared/key-life.ts';
import { keyReasonNotGiven, notAVersion } from '../../../shared/messages/failures/cli.ts';
import { changeKey, type ChangedKey, type KeyChange, refuseRequest } from '../../keys/index.ts';
import { needOpen } from '../../session/index.ts';
import { type Arguments, numberOf, type OptionSpecs } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { timeOf } from '../time.ts';
import { printResult, withSession } from '../with-vault.ts';
import { kcvOf, onlyName } from './key.ts';

interface ActWords {
  readonly summary: string;
  readonly done: (changed: ChangedKey) => string;
  readonly options?: OptionSpecs;
  readonly notes?: string;
}

const isNow =
  (done: string) =>
  ({ key, version }: ChangedKey): string =>
    `Version ${version.version} of the key "${key.name}" is ${done}: it is ${version.state}.`;

const words: Readonly<Record<PlainKeyAct, ActWords>> = {
  activate: {
    summary: 'let a key encrypt before its activation date',
    done: isNow('activated'),
  },
  rotate: {
    summary: 'create a new version of a key, which encrypts from then on',
    done: ({ key }) =>
      `Key "${key.name}" encrypts with version ${key.version} now, KCV ${kcvOf(key)}`,
    notes: 'Files that are encrypted with older versions can still be decrypted.',
  },
  suspend: {
    summary: 'stop a key for now: it neither encrypts nor decrypts',
    done: isNow('suspended'),
  },
  resume: { summary: 'let a suspended key work again', done: isNow('resumed') },
  deactivate: {
    summary: 'stop encrypting with a key; it still decrypts',
    done: isNow('deactivated'),
  },
  compromise: {
    summary: 'mark a key that others may know; it only decrypts',
    done: isNow('marked as compromised'),
    options: {
      since: {
        type: 'string',
        value: 'TIME',
        help: 'since when others may know it: 2026-01-31, or with a time and zone',
      },
    },
  },
  'cancel-destroy': {
    summary: 'keep a key whose destruction is scheduled',
    done: isNow('kept'),
  },
  protect: {
    summary: 'protect a key against destruction',
    done: ({ key }) => `The key "${key.name}" cannot be destroyed now.`,
  },
  unprotect: {
    summary: 'remove the protection of a key against destruction',
    done: ({ key }) => `The key "${key.name}" can be destroyed now.`,
  },
  period: {
    summary: 'set how long a version of a key may encrypt',
    done: ({ key }) => periodInWords(key),
    options: {
      days: { type: 'string', value: 'N', help: 'days from its activation on: 1 to 3650' },
      'no-end': { type: 'boolean', help: 'without end' },
      'at-end': {
        type: 'string',
        value: atPeriodEnds.join('|'),
        help: 'warn, rotate at the next unlock, or refuse to encrypt',
      },
    },
  },
};

const periodInWords = ({ name, periodDays, atPeriodEnd }: ChangedKey['key']): string =>
  periodDays === null
    ? `The cryptoperiod of the key "${name}" has no end.`
    : `The cryptoperiod of the key "${name}" is ${periodDays} days; at its end: ${atPeriodEnd}.`;

/** The command of an act: `key rotate`. */
export const keyActCommand = (act: PlainKeyAct): Command => ({
  name: `key ${act}`,
  summary: words[act].summary,
  takesArguments: true,
  usage: usualReasons[act] === null ? 'NAME --reason REASON' : 'NAME',
  usesToken: true,
  options: { ...actOptions(act), ...words[act].options },
  ...(words[act].notes === undefined ? {} : { notes: words[act].notes }),
  run: (args, context) => {
    const change = { act, ...requestOf(args, act), ...moreOf(args, act) };
    return withSession(context, async (session) => {
      refuseRequest(session.vault.tables.keys, change, session.vault.now);
      needOpen(await session.unlock());
      const changed = await changeKey(session, change);
      printResult(context, { changed }, [words[act].done(changed)]);
      return exitCodes.done;
    });
  },
});

export const actOptions = (act: KeyAct): OptionSpecs => ({
  reason: { type: 'string', value: keyReasons.join('|'), help: 'why; it is recorded' },
  note: { type: 'string', value: 'TEXT', help: 'more about it, in your own words' },
  ...(isVersionAct(act)
    ? {
        version: { type: 'string', value: 'N', help: 'one version; the newest otherwise' } as const,
      }
    : {}),
});

/** What every act takes. @throws Failure `usage` */
export const requestOf = (
  args: Arguments,
  act: KeyAct,
): Pick<KeyChange, 'key' | 'version' | 'reason' | 'note'> => {
  const reason = args.choice('reason', keyReasons) ?? usualReasons[act];
  if (reason === null) throw keyReasonNotGiven();
  return {
    key: onlyName(args),
    version: isVersionAct(act) ? versionOf(args) : undefined,
    reason,
    note: args.text('note') ?? '',
  };
};

const moreOf = (args: Arguments, act: KeyAct): Partial<KeyChange> => {
  if (act === 'compromise') return { since: timeOf(args, 'since') };
  if (act !== 'period') return {};
  const days = numberOf(args, 'days');
  return {
    periodDays: args.flag('no-end') ? null : days,
    atPeriodEnd: args.choice('at-end', atPeriodEnds),
  };
};

const versionOf = (args: Arguments): number | undefined => {
  const text = args.text('version');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw notAVersion(text);
};
