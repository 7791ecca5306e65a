import { isDeepStrictEqual } from 'node:util';
import { fingerprintOfVault, type KnownVault, refuseOther } from '../../trust/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { trustedBy, trustOptions } from '../trust-options.ts';
import { viewVault, printResult } from '../with-vault.ts';

export const trustCommand: Command = {
  name: 'trust',
  summary: 'set which PKCS#11 library and key belong to a vault; no PIN is needed',
  usage: '--module PATH [--fingerprint HEX] | --show',
  options: {
    ...trustOptions,
    show: { type: 'boolean', help: 'only show what this computer knows about the vault' },
  },
  notes:
    'Somebody who can write to the vault folder must not be able to choose the library that gets\n' +
    'your PIN. So the library, the token and the fingerprint of the key are stored in your own state\n' +
    'folder (or CLAVIGER_STATE). Compare the fingerprint with the one you were given.',
  run: (args, context) =>
    viewVault(context, async (vault, vaultDir) => {
      const before = await context.trust.find(vault.id);
      if (args.flag('show')) return show(context, vault, vaultDir, before);
      if (before !== null) refuseOther(before, vault);
      const known = await trustedBy(args, vault, before);
      const isNew = !isDeepStrictEqual(known, before);
      const notKept = isNew ? await context.trust.remember(known) : null;
      if (notKept !== null) throw notKept;
      const heading = `${isNew ? 'From now on this' : 'This'} computer knows the vault ${vaultDir} (id ${vault.id}) by:`;
      printResult(context, { vault: vaultDir, changed: isNew, known }, describe(heading, known));
      return exitCodes.done;
    }),
};

const show = (
  context: CliContext,
  vault: Vault,
  vaultDir: string,
  known: KnownVault | null,
): number => {
  const fingerprint = fingerprintOfVault(vault);
  const document = { vault: vaultDir, id: vault.id, fingerprint, known };
  if (known === null) {
    printResult(context, document, [
      `This computer does not know the vault ${vaultDir} (id ${vault.id}).`,
      `Fingerprint of the key that its ledger names: ${fingerprint}`,
    ]);
    return exitCodes.token;
  }
  const heading = `This computer knows the vault ${vaultDir} (id ${vault.id}) by:`;
  printResult(context, document, describe(heading, known));
  refuseOther(known, vault);
  return exitCodes.done;
};

const describe = (heading: string, known: KnownVault): string[] => [
  heading,
  `library      ${known.modulePath}`,
  `             SHA-256 ${known.librarySha256}`,
  ...(known.parameters === null ? [] : [`parameters   ${known.parameters}`]),
  `token        ${known.token.label}, serial number ${known.token.serial}${known.inVault ? ', inside the folder' : ''}`,
  `fingerprint  ${known.checkpointKey ?? 'none: its ledger is unsigned'}`,
];
