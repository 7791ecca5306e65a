import {
  evaluationAndToken,
  tokenOfNewVaultNotGiven,
} from '../../../shared/messages/failures/cli.ts';
import type { TokenProfile } from '../../engine/index.ts';
import { createVault, type TokenChoice } from '../../session/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { modulePathOf } from '../module-path.ts';
import { readNewPin, readTokenPin } from '../pin.ts';
import { describeFailure } from '../receipts.ts';
import { vaultDirOf, printResult } from '../with-vault.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'create a vault with its two master keys',
  usage: '--vault DIR (--evaluation | --module PATH --token LABEL)',
  options: {
    evaluation: {
      type: 'boolean',
      help: 'create a SoftHSM2 token in the vault folder, to try the program',
    },
    module: { type: 'string', value: 'PATH', help: 'PKCS#11 library of the token' },
    token: { type: 'string', value: 'LABEL', help: 'label of the token' },
    serial: {
      type: 'string',
      value: 'SERIAL',
      help: 'serial number of the token, if several have that label',
    },
    'module-parameters': {
      type: 'string',
      value: 'TEXT',
      help: 'initialisation string of the library (NSS softokn)',
    },
  },
  run: async (args, context) => {
    const choice = choiceOf(args);
    const vaultDir = vaultDirOf(context);
    const { vaultId, profile, notRemembered } = await createVault({
      vaultDir,
      choice,
      context: await context.vaultContext(),
      startEngine: context.startEngine,
      trust: context.trust,
      askPin: (token) =>
        token === null
          ? readNewPin(context.pin, 'Choose a PIN for the evaluation token: ')
          : readTokenPin(context.pin, token),
    });
    if (notRemembered !== null) context.terminal.notice(describeFailure(notRemembered));
    const evaluation = choice.kind === 'evaluation' || profile.evaluationOnly;
    const { label, serial } = profile.token;
    const document = { vault: vaultDir, id: vaultId, token: { label, serial }, evaluation };
    printResult(context, document, describe(vaultDir, vaultId, choice, profile));
    return exitCodes.done;
  },
};

const choiceOf = (args: Arguments): TokenChoice => {
  const modulePath = modulePathOf(args);
  const label = args.text('token');
  if (args.flag('evaluation')) {
    if (modulePath === undefined && label === undefined) return { kind: 'evaluation' };
    throw evaluationAndToken();
  }
  if (modulePath === undefined || label === undefined) {
    throw tokenOfNewVaultNotGiven();
  }
  return {
    kind: 'existing',
    modulePath,
    label,
    serial: args.text('serial') ?? null,
    parameters: args.text('module-parameters') ?? null,
  };
};

const describe = (
  vaultDir: string,
  vaultId: string,
  choice: TokenChoice,
  profile: TokenProfile,
): string[] => {
  const carried = profile.pairs.filter((pair) => pair.carried);
  return [
    `Vault ${vaultDir} is ready (id ${vaultId}).`,
    `Token: ${profile.token.label}, ${profile.token.model}, serial ${profile.token.serial}`,
    `It supports ${carried.map(({ custody, bulk }) => `${custody}/${bulk}`).join(', ')}.`,
    ...(choice.kind === 'evaluation' ? evaluationWarning : lossWarning),
    ...(profile.evaluationOnly ? unmetWarning(profile) : []),
  ];
};

const evaluationWarning: readonly string[] = [
  'EVALUATION ONLY: this token is stored in the vault folder. Anyone who copies the folder needs',
  'only the PIN to use its keys. To move to an HSM, the files must be encrypted again.',
];

const lossWarning: readonly string[] = [
  'The two master keys exist in this token only: if it is lost, every key and every file is lost.',
  'Back it up with the tools of its vendor, or give every file a second key from another vault.',
];

const unmetWarning = ({ hardRequirements }: TokenProfile): string[] => [
  'EVALUATION ONLY: this token does not meet these requirements:',
  ...hardRequirements.filter(({ met }) => !met).map(({ words }) => `  - ${words}`),
];
