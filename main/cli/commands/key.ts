import { periodEnd, type Rotation } from '../../../shared/key-life.ts';
import { bulks, custodies, type KeySummary, atPeriodEnds } from '../../../shared/keys.ts';
import { notOneKey } from '../../../shared/messages/failures/cli.ts';
import { counted } from '../../../shared/numbers.ts';
import type { RefusedUse } from '../../audit/index.ts';
import { createKey, refuseKey, rotationOf } from '../../keys/index.ts';
import { type Arguments, numberOf } from '../arguments.ts';
import { needOpen } from '../../session/index.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../table.ts';
import { timeOf } from '../time.ts';
import { viewVault, withSession, printResult } from '../with-vault.ts';

export const keyCreateCommand: Command = {
  name: 'key create',
  summary: 'create a key',
  takesArguments: true,
  usage: 'NAME [--custody CUSTODY] [--bulk BULK]',
  usesToken: true,
  options: {
    custody: {
      type: 'string',
      value: custodies.join('|'),
      help: 'where the key may exist',
    },
    bulk: { type: 'string', value: bulks.join('|'), help: 'where file data is processed' },
    'activate-on': {
      type: 'string',
      value: 'TIME',
      help: 'when it may encrypt first: 2026-01-31, or with a time and zone',
    },
    period: { type: 'string', value: 'DAYS', help: 'how long a version of it may encrypt' },
    'at-period-end': {
      type: 'string',
      value: atPeriodEnds.join('|'),
      help: 'warn, rotate at the next unlock, or refuse to encrypt',
    },
  },
  notes:
    'Maximum   hsm-only/token    the key is unwrapped only in the token; files are encrypted there, too\n' +
    'Balanced  hsm-only/host     the key is unwrapped only in the token; files are encrypted by this computer (default)\n' +
    'Fast      hsm-wrapped/host  the key is stored sealed by the token, and in memory for a limited time while in use\n' +
    'A resident key is an object in the token itself.',
  run: async (args, context) => {
    const name = onlyName(args);
    const request = {
      name,
      custody: args.choice('custody', custodies),
      bulk: args.choice('bulk', bulks),
      activates: timeOf(args, 'activate-on'),
      periodDays: numberOf(args, 'period'),
      atPeriodEnd: args.choice('at-period-end', atPeriodEnds),
    };
    return withSession(context, async (session) => {
      // Check the request before asking for the PIN.
      refuseKey(session.vault, request);
      needOpen(await session.unlock());
      const { key, fallback } = await createKey(session, request);
      if (fallback !== null) context.terminal.notice([fallback]);
      printResult(context, { key }, [
        `Key "${key.name}" is ready: ${key.custody}/${key.bulk}, version ${key.version}, ` +
          `KCV ${kcvOf(key)}, id ${key.id}`,
      ]);
      return exitCodes.done;
    });
  },
};

export const keyListCommand: Command = {
  name: 'key list',
  summary: 'list the keys; no PIN is needed',
  usage: '',
  options: {},
  run: (_args, context) =>
    viewVault(context, (vault) => {
      const keys = vault.tables.keys.list().map((key) => ({
        ...key,
        rotation: rotationOf(vault.tables, key, vault.now),
        periodEnds: periodEnd(key),
        versions: vault.tables.keys.versions(key.id),
      }));
      printResult(context, { keys }, keys.length === 0 ? [noKeys] : tableOf(keys));
      return Promise.resolve(exitCodes.done);
    }),
};

/** A resident key has a proof instead. Other keys have none if the token cannot compute it. */
export const kcvOf = ({ kcv, custody }: KeySummary): string =>
  kcv ?? (custody === 'resident' ? 'none (proof tried at each use)' : 'none');

const noKeys = 'No keys yet. Create one with "claviger key create NAME".';

interface ListedKey extends KeySummary {
  readonly rotation: Rotation | null;
}

const tableOf = (keys: readonly ListedKey[]): string[] =>
  formatTable(
    ['NAME', 'CUSTODY', 'BULK', 'STATE', 'VERSION', 'ROTATION', 'KCV', 'CREATED', 'ID'],
    keys.map((key) => [
      key.name,
      key.custody,
      key.bulk,
      key.state,
      String(key.version),
      key.rotation?.state ?? 'not due',
      kcvOf(key),
      key.created,
      key.id,
    ]),
  );

export const keyShowCommand: Command = {
  name: 'key show',
  summary: 'show one key with its versions; no PIN is needed',
  takesArguments: true,
  usage: 'NAME',
  options: {},
  run: (args, context) =>
    viewVault(context, async (vault) => {
      const { keys, seals } = vault.tables;
      const key = keys.get(onlyName(args));
      const index = await vault.audit();
      const versions = await Promise.all(
        keys.versions(key.id).map(async (version) => ({
          ...version,
          sealsReserved: seals.reserved(`${key.id}/${version.version}`),
          refused: await index.refusedUse({ key: key.id, version: version.version }),
        })),
      );
      const rows = versions.map(
        ({ version, state, since, kcv, created, destroys, sealsReserved, refused }) => [
          String(version),
          state,
          since ?? 'see the ledger',
          kcv ?? 'none',
          created,
          destroys ?? 'no',
          key.bulk === 'host' ? String(sealsReserved) : 'not counted',
          refused === null ? 'never' : timesWords(refused),
        ],
      );
      const lines = [
        `${key.name}  ${key.custody}/${key.bulk}  id ${key.id}`,
        ...formatTable(
          [
            ...['VERSION', 'STATE', 'SINCE', 'KCV', 'CREATED', 'TO BE DESTROYED'],
            ...['SEALS RESERVED', 'REFUSED USES'],
          ],
          rows,
        ),
      ];
      printResult(context, { key, versions }, lines);
      return exitCodes.done;
    }),
};

const timesWords = ({ times, last }: RefusedUse): string =>
  `${counted(times, 'time')}, last ${last}`;

/** @throws Failure `usage` unless one key is named */
export const onlyName = (args: Arguments): string => {
  const [name, ...others] = args.positionals;
  if (name !== undefined && others.length === 0) return name;
  throw notOneKey();
};
