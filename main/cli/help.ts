import { VERSION } from '../../shared/version.ts';
import type { OptionSpecs } from './arguments.ts';
import type { Command } from './command.ts';
import { trustOptions } from './trust-options.ts';

/** Options that every command takes. */
export const commonOptions = {
  vault: {
    type: 'string',
    value: 'DIR',
    help: 'folder of the vault (or the variable CLAVIGER_VAULT)',
  },
  'pin-file': {
    type: 'string',
    value: 'FILE',
    help: 'file with the PIN (or the variable CLAVIGER_PIN, or a prompt)',
  },
  wait: { type: 'boolean', help: 'wait while another program uses the vault' },
  json: { type: 'boolean', help: 'print one JSON document' },
  help: { type: 'boolean', help: 'show this help' },
} as const satisfies OptionSpecs;

export const helpOf = (command: Command): string =>
  [
    `claviger ${command.name} ${command.usage}`.trimEnd(),
    '',
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    ...(command.notes === undefined ? [] : ['', command.notes]),
    '',
    'Options:',
    ...optionLines({ ...command.options, ...commonOptions }),
    ...(command.usesToken
      ? [
          '',
          'Options for a vault that this computer does not know yet:',
          ...optionLines(trustOptions),
        ]
      : []),
  ].join('\n');

const optionLines = (specs: OptionSpecs): string[] => {
  const heads = Object.entries(specs).map(
    ([name, { value }]) => `--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const width = Math.min(28, Math.max(...heads.map(({ length }) => length)));
  return Object.values(specs).map(({ help }, index) => {
    const head = heads[index] ?? '';
    const gap =
      head.length > width ? `\n${' '.repeat(width + 4)}` : ' '.repeat(width - head.length + 2);
    return `  ${head}${gap}${help}`;
  });
};

export const overview = (commands: readonly Command[]): string[] => {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `claviger ${VERSION}: keys protected by an HSM, encrypted files, and a signed ledger of every action`,
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Every command has --help. Exit codes: 0 success, 1 some files failed or need attention, 2 wrong usage,',
    '3 token or PIN, 4 verification of the ledger or the keystore failed.',
  ];
};
