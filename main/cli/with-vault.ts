import path from 'node:path';
import { vaultNotGiven } from '../../shared/messages/failures/cli.ts';
import type { EngineProcess } from '../engine/index.ts';
import type { VaultSession } from '../session/index.ts';
import { refuseOther } from '../trust/index.ts';
import { Vault } from '../vault/index.ts';
import type { CliContext } from './command.ts';
import { openVault } from './open-vault.ts';
import { type AskPin, sessionOf } from './session.ts';
import { trustedBy } from './trust-options.ts';

/** @throws Failure `usage` if no vault is named */
export const vaultDirOf = (context: CliContext): string => {
  if (context.vault !== undefined && context.vault !== '') return path.resolve(context.vault);
  throw vaultNotGiven();
};

/**
 * Opens the vault for viewing, even if another program uses it or it is read-only. Reports why the
 * view cannot be recorded, and what is not verified without the PIN.
 */
export const viewVault = async <T>(
  context: CliContext,
  work: (vault: Vault, vaultDir: string) => Promise<T>,
): Promise<T> => {
  const vaultDir = vaultDirOf(context);
  const vault = context.wait
    ? await openVault(context, vaultDir)
    : await Vault.look(vaultDir, await context.vaultContext());
  try {
    const result = await work(vault, vaultDir);
    context.terminal.notice(noticesOf(vault));
    return result;
  } finally {
    await vault.close();
  }
};

const noticesOf = ({ unrecorded, isAuthenticated }: Vault): string[] => [
  ...(unrecorded === null
    ? []
    : [`claviger: This look was not recorded in the ledger: ${unrecorded.message}`]),
  ...(isAuthenticated
    ? []
    : [
        'claviger: Not authenticated: the newest changes of this vault are not signed. Unlock it to verify them.',
      ]),
];

/** Opens the vault for this program alone. */
export const withVault = async <T>(
  context: CliContext,
  work: (vault: Vault, vaultDir: string) => Promise<T>,
): Promise<T> => {
  const vaultDir = vaultDirOf(context);
  const vault = await openVault(context, vaultDir);
  try {
    await rememberTrusted(context, vault);
    return await work(vault, vaultDir);
  } finally {
    await vault.close();
  }
};

/** Like `claviger trust` before the command, even if nothing can be stored. */
const rememberTrusted = async (
  { trustArguments, trust, terminal }: CliContext,
  vault: Vault,
): Promise<void> => {
  if (trustArguments === null) return;
  const before = await trust.find(vault.id);
  if (before !== null) refuseOther(before, vault);
  const notKept = await trust.remember(await trustedBy(trustArguments, vault, before));
  if (notKept !== null) terminal.notice([`claviger: ${notKept.message}`]);
};

/**
 * Opens the vault and passes a function to unlock it, so that a command can check its request before
 * it asks for the PIN. The session is always locked at the end.
 */
export const withSession = async <T>(
  context: CliContext,
  work: (session: VaultSession) => Promise<T>,
  askPin?: AskPin,
): Promise<T> => {
  // It starts while the vault is read.
  const early = [context.startEngine()];
  const startEngine = (): EngineProcess => early.pop() ?? context.startEngine();
  return withVault(context, async (vault, vaultDir) => {
    const session = sessionOf({ ...context, startEngine }, vault, vaultDir, askPin);
    try {
      return await work(session);
    } finally {
      for (const { problem } of session.findings) context.terminal.notice([`claviger: ${problem}`]);
      await session.lock('the command has ended');
    }
  });
};

/** Prints a result: one JSON document, or lines for people. */
export const printResult = (
  { json, terminal }: CliContext,
  document: unknown,
  lines: readonly string[],
): void => (json ? terminal.printDocument(document) : terminal.print(lines));
