import { Failure } from '../../../shared/failure.ts';
import { tokenToTestNotGiven } from '../../../shared/messages/failures/cli.ts';
import {
  findModules,
  type ModuleListing,
  type TokenInfo,
  type TokenProfile,
} from '../../engine/index.ts';
import { bindToken, needOpen, profileDetails } from '../../session/index.ts';
import type { Arguments } from '../arguments.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { modulePathOf } from '../module-path.ts';
import { readTokenPin } from '../pin.ts';
import { formatTable } from '../table.ts';
import { withSession, printResult } from '../with-vault.ts';

const moduleOptions = {
  module: {
    type: 'string',
    value: 'PATH',
    help: 'PKCS#11 library (searched in the usual places)',
  },
  'module-parameters': {
    type: 'string',
    value: 'TEXT',
    help: 'initialisation string of the library (NSS softokn)',
  },
} as const;

export const tokenListCommand: Command = {
  name: 'token list',
  summary: 'list PKCS#11 libraries and their tokens; no PIN is needed',
  usage: '[--module PATH]',
  options: moduleOptions,
  run: async (args, context) => {
    const modules: ModuleReport[] = [];
    for (const modulePath of modulePaths(args)) {
      modules.push(await listModule(context, modulePath, args.text('module-parameters') ?? null));
    }
    printResult(
      context,
      { modules },
      modules.length === 0
        ? nothingFound
        : modules.flatMap((module, at) =>
            at === 0 ? describeModule(module) : ['', ...describeModule(module)],
          ),
    );
    return modules.some((module) => 'error' in module) ? exitCodes.token : exitCodes.done;
  },
};

type ModuleReport = ModuleListing | { readonly path: string; readonly error: string };

const nothingFound = [
  'No PKCS#11 library was found in the usual places.',
  'Install the software of your token, or SoftHSM2 to try the program, or name a library with --module.',
];

const modulePaths = (args: Arguments): readonly string[] => {
  const named = modulePathOf(args);
  if (named !== undefined) return [named];
  // NSS is left out: it is a database in a user's folder, which only they can name.
  return findModules()
    .filter(({ needsParameters }) => !needsParameters)
    .map(({ path }) => path);
};

/** Each library gets its own engine, so that a crash of one does not hide the others. */
const listModule = async (
  context: CliContext,
  modulePath: string,
  parameters: string | null,
): Promise<ModuleReport> => {
  const engine = context.startEngine();
  try {
    return await engine.caller.call('listTokens', { modulePath, parameters, environment: {} });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { path: modulePath, error: error.message };
  } finally {
    await engine.stop();
  }
};

const describeModule = (report: ModuleReport): string[] => {
  if ('error' in report) return [report.path, `  ${report.error}`];
  const { module, tokens } = report;
  const heading = [module.path, `  ${module.description}, version ${module.version}`];
  const present = tokens.filter(({ initialised }) => initialised);
  if (present.length === 0) return [...heading, '  no token that has been initialised'];
  const rows = present.map((token) => [token.label, token.serial, token.model, pinWords(token)]);
  return [...heading, ...formatTable(['TOKEN', 'SERIAL', 'MODEL', 'PIN'], rows)];
};

const pinWords = (token: TokenInfo): string => {
  const words = {
    ok: 'set',
    'count-low': 'set; a wrong PIN was entered',
    'final-try': 'set; ONE TRY LEFT',
    locked: 'LOCKED: only the security officer of the token can unlock it',
    'not-set': 'not set',
  } as const;
  return token.pinPad ? `${words[token.pinState]} (typed at the token)` : words[token.pinState];
};

export const tokenProbeCommand: Command = {
  name: 'token probe',
  summary: "test what a token really does: the vault's token, or the one you name",
  usage: '[--vault DIR | --module PATH --token LABEL]',
  options: {
    ...moduleOptions,
    token: { type: 'string', value: 'LABEL', help: 'label of the token' },
    serial: { type: 'string', value: 'SERIAL', help: 'its serial number' },
  },
  notes: 'The test uses temporary keys and leaves nothing behind. It needs the PIN.',
  run: async (args, context) => {
    const modulePath = modulePathOf(args);
    const profile =
      modulePath === undefined
        ? await probeVaultToken(context)
        : await probeNamedToken(context, args, modulePath);
    printResult(context, { profile }, describeProfile(profile));
    return exitCodes.done;
  },
};

const probeVaultToken = (context: CliContext): Promise<TokenProfile> =>
  withSession(context, async (session) => {
    needOpen(await session.unlock());
    const profile = await session.engine.call('probe', null);
    const binding = session.vault.tables.meta.token();
    if (binding === null) throw new Error('an unlocked vault has a token');
    await session.vault.commit(
      ({ meta }) =>
        meta.set('token', bindToken(profile, { ...binding, modulePath: profile.module.path })),
      () => ({
        action: 'token.probe',
        subject: {},
        outcome: 'ok',
        details: profileDetails(profile),
      }),
    );
    return profile;
  });

const probeNamedToken = async (
  context: CliContext,
  args: Arguments,
  modulePath: string,
): Promise<TokenProfile> => {
  const label = args.text('token');
  if (label === undefined) throw tokenToTestNotGiven();
  const engine = context.startEngine();
  try {
    const token = await engine.caller.call('connect', {
      modulePath,
      label,
      parameters: args.text('module-parameters') ?? null,
      serial: args.text('serial') ?? null,
      environment: {},
      librarySha256: null,
      orTwin: false,
    });
    const pin = token.pinPad ? null : await readTokenPin(context.pin, token);
    await engine.caller.call('login', { pin });
    return await engine.caller.call('probe', null);
  } finally {
    await engine.stop();
  }
};

const describeProfile = (profile: TokenProfile): string[] => {
  const { token, module } = profile;
  const verdict = profile.evaluationOnly ? 'EVALUATION ONLY' : 'meets all requirements';
  return [
    `Token ${token.label}, ${token.model}, serial ${token.serial}: ${verdict}`,
    `Library ${module.path}, version ${module.version}`,
    `        SHA-256 ${module.sha256}`,
    '',
    ...profile.hardRequirements.map(({ met, words }) => `${met ? 'met  ' : 'UNMET'}  ${words}`),
    '',
    ...formatTable(
      ['CUSTODY', 'BULK', 'SUPPORTED', 'REASON'],
      profile.pairs.map(({ custody, bulk, carried, reason }) => [
        custody,
        bulk,
        carried ? 'yes' : 'NO',
        reason,
      ]),
    ),
    '',
    ...formatTable(
      ['CHECK', 'EXPECTED', 'SEEN', ''],
      profile.findings.map(({ check, expected, seen, ok }) => [
        check,
        expected,
        seen,
        ok ? '' : '<',
      ]),
    ),
    ...(profile.workarounds.length === 0
      ? []
      : ['', ...profile.workarounds.map((text) => `* ${text}`)]),
  ];
};
