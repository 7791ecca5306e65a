import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../shared/failure.ts';
import { Vault } from '../vault/index.ts';
import type { CliContext } from './command.ts';

const PAUSE_MS = 200;

/** Opens the vault. With --wait, waits while another program uses it. */
export const openVault = async (context: CliContext, vaultDir: string): Promise<Vault> => {
  const vaultContext = await context.vaultContext();
  let shown: string | null = null;
  for (;;) {
    try {
      return await Vault.open(vaultDir, vaultContext);
    } catch (error) {
      if (!context.wait || !(error instanceof Failure) || error.code !== 'vault-locked')
        throw error;
      if (context.signal.aborted) throw error;
      if (error.message !== shown) context.terminal.notice([`${error.message} Waiting.`]);
      shown = error.message;
      await setTimeout(PAUSE_MS);
    }
  }
};
