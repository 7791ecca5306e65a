import { filesNotGiven } from '../../../shared/messages/failures/cli.ts';
import type { Survey, SurveyedVersion } from '../../../shared/survey.ts';
import { counted, n } from '../../../shared/numbers.ts';
import { proving, survey, surveyRecord } from '../../batch/index.ts';
import { needOpen } from '../../session/index.ts';
import type { Arguments } from '../arguments.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../table.ts';
import { printResult, viewVault, withSession } from '../with-vault.ts';

export const surveyCommand: Command = {
  name: 'survey',
  summary: 'count which key versions encrypted files need; reads their headers only',
  takesArguments: 'paths',
  usage: '[--prove] PATH...',
  notes:
    'Without --prove no PIN is needed, nothing is written and nothing is recorded, and what the headers\n' +
    'say is only a claim: anybody who can write a file can change it.\n' +
    'Exit code 0: every file was read. 1: some are damaged, cannot be read, or have a slot that its\n' +
    'key does not open.',
  usesToken: true,
  options: {
    prove: { type: 'boolean', help: 'try each slot with its key, and record the result' },
  },
  run: async (args, context) => {
    if (args.positionals.length === 0) throw filesNotGiven('survey');
    const result = args.flag('prove') ? await proved(args, context) : await read(args, context);
    printResult(context, result, describe(result));
    return isSound(result) ? exitCodes.done : exitCodes.someFailed;
  },
};

const read = ({ positionals }: Arguments, context: CliContext): Promise<Survey> =>
  viewVault(context, (vault, vaultDir) =>
    survey(positionals, { ...watching(context), keys: vault.tables.keys, vaultDir, prove: null }),
  );

const proved = ({ positionals }: Arguments, context: CliContext): Promise<Survey> =>
  withSession(context, async (session) => {
    needOpen(await session.unlock());
    const { vault, vaultDir } = session;
    const { prove, close } = await proving(session);
    const options = { ...watching(context), keys: vault.tables.keys, vaultDir, prove };
    const result = await survey(positionals, options).finally(close);
    await vault.record([surveyRecord(positionals, result)]);
    return result;
  });

const watching = ({ terminal, signal }: CliContext) => ({
  signal,
  onProgress: (files: number): void => terminal.status(`${counted(files, 'file')} read`),
});

const isSound = ({ damaged, unreadable, versions }: Survey): boolean =>
  damaged + unreadable === 0 && versions.every(({ refused }) => refused === 0);

const describe = (result: Survey): string[] => {
  const { files, encrypted, foreign, plain, damaged, unreadable, versions, problems } = result;
  const counts = [
    counted(files, 'file'),
    `${n(encrypted)} encrypted`,
    ...(plain === 0 ? [] : [`${n(plain)} not encrypted`]),
    ...(foreign === 0 ? [] : [`${n(foreign)} without a key of this vault`]),
    ...(damaged === 0 ? [] : [`${n(damaged)} DAMAGED`]),
    ...(unreadable === 0 ? [] : [`${n(unreadable)} NOT READ`]),
  ];
  const rest = damaged + unreadable - problems.length;
  return [
    counts.join(', '),
    ...(versions.length === 0 ? [] : formatTable(heading, versions.map(row))),
    ...(result.unlisted === 0
      ? []
      : [`and ${counted(result.unlisted, 'slot')} of other keys that are not here`]),
    ...problems.map(({ file, reason }) => `${file}: ${reason.cause}`),
    ...(rest > 0 ? [`and ${counted(rest, 'file')} more`] : []),
  ];
};

const heading = ['KEY', 'VERSION', 'STATE', 'FILES', 'THIS KEY ALONE', 'SLOTS'];

const row = (each: SurveyedVersion): string[] => [
  each.name ?? each.key,
  String(each.version),
  each.state ?? 'key not here',
  n(each.files),
  n(each.alone),
  slotsOf(each),
];

const slotsOf = ({ state, proved, refused }: SurveyedVersion): string => {
  if (state === null) return 'key not here';
  if (proved === null) return 'claimed';
  const opened = `${n(proved)} proved`;
  return refused === 0 ? opened : `${opened}, ${n(refused)} NOT OPENED`;
};
