import { Failure, toFailureData } from '../../shared/failure.ts';
import { VERSION } from '../../shared/version.ts';
import {
  argumentNotUtf8,
  emptyArgument,
  noSuchCommand,
  unwantedArgument,
} from '../../shared/messages/failures/cli.ts';
import { systemFailure } from '../system/index.ts';
import type { TrustStore } from '../trust/index.ts';
import { Arguments, readable } from './arguments.ts';
import type { CliContext, Command } from './command.ts';
import { commands, loadAll, type NamedCommand } from './commands.ts';
import { exitCodeOfFailure } from './exit-code.ts';
import { exitCodes } from './exit-codes.ts';
import { commonOptions, helpOf, overview } from './help.ts';
import { describeFailure } from './receipts.ts';
import type { Terminal } from './terminal.ts';
import { saysWhatToTrust, trustOptions } from './trust-options.ts';

/** What the entry point provides. The rest of the context comes from the arguments. */
export interface CliParts extends Pick<CliContext, 'startEngine' | 'vaultContext' | 'signal'> {
  /** @throws Failure 'usage' */
  readonly openTrust: () => TrustStore;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs one command line. @returns the exit code */
export const runCli = async (args: readonly string[], parts: CliParts): Promise<number> => {
  const json = args.includes('--json');
  try {
    const found = findCommand(args);
    if (found === null) return await withoutCommand(args, parts.terminal);
    const command = await found.command.load();
    const parsed = new Arguments(found.rest, {
      ...command.options,
      ...(command.usesToken ? trustOptions : {}),
      ...commonOptions,
    });
    if (parsed.flag('help')) {
      parts.terminal.print(helpOf(command).split('\n'));
      return exitCodes.done;
    }
    refuseArguments(command, parsed);
    return await command.run(parsed, contextOf(parsed, parts, command));
  } catch (thrown) {
    const error = systemFailure(thrown);
    if (!(error instanceof Failure)) throw error;
    report(error, json, parts.terminal);
    return exitCodeOfFailure(error);
  }
};

const findCommand = (
  args: readonly string[],
): { readonly command: NamedCommand; readonly rest: readonly string[] } | null => {
  for (const command of commands) {
    const words = command.name.split(' ');
    if (words.every((word, index) => args[index] === word)) {
      return { command, rest: args.slice(words.length) };
    }
  }
  return null;
};

/** An unused argument may be a vault that was meant; an empty path would be the current folder. */
const refuseArguments = (command: Command, { positionals }: Arguments): void => {
  const [first] = positionals;
  if (first !== undefined && command.takesArguments === undefined) {
    throw unwantedArgument(command.name, first);
  }
  if (command.takesArguments !== 'paths')
    for (const each of positionals) readable('Argument', each);
  if (!positionals.includes('')) return;
  throw emptyArgument();
};

const withoutCommand = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const [first] = args;
  if (first === '--version') {
    terminal.print([VERSION]);
    return exitCodes.done;
  }
  if (first === undefined || first === '--help' || first === 'help') {
    terminal.print(overview(await loadAll(commands)));
    return first === undefined ? exitCodes.usage : exitCodes.done;
  }
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && !args.includes('--json')) {
    terminal.notice(overview(await loadAll(group)));
    return args.includes('--help') ? exitCodes.done : exitCodes.usage;
  }
  const words = args.filter((arg) => !arg.startsWith('--')).join(' ') || first;
  throw noSuchCommand(words);
};

const contextOf = (args: Arguments, parts: CliParts, { usesToken }: Command): CliContext => {
  const { terminal, environment, startEngine, vaultContext, signal } = parts;
  return {
    terminal,
    startEngine,
    vaultContext,
    signal,
    trust: parts.openTrust(),
    trustArguments: usesToken === true && saysWhatToTrust(args) ? args : null,
    json: args.flag('json'),
    wait: args.flag('wait'),
    vault: args.text('vault') ?? vaultOf(environment),
    pin: {
      terminal,
      pinFile: args.text('pin-file'),
      environment: environment['CLAVIGER_PIN'],
    },
    newPin: {
      terminal,
      pinFile: args.text('new-pin-file'),
      environment: environment['CLAVIGER_NEW_PIN'],
    },
  };
};

/** Node replaces bytes that are not UTF-8 by U+FFFD: that would be another folder. */
const vaultOf = ({ CLAVIGER_VAULT: vault }: CliParts['environment']): string | undefined => {
  if (vault?.includes('\ufffd') === true) throw argumentNotUtf8('The path in CLAVIGER_VAULT');
  return vault;
};

const report = (failure: Failure, json: boolean, terminal: Terminal): void => {
  if (json) terminal.printDocument({ error: toFailureData(failure) });
  terminal.notice(describeFailure(failure));
};
