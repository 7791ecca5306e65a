import { VaultSession } from '../session/vault-session.ts';
import type { Vault } from '../vault/vault.ts';
import type { CliContext } from './command.ts';
import { readPin } from './pin.ts';

/** How long the command line keeps unsealed keys: it lives for one command. */
const LIFETIMES = { idleMs: 60_000, absoluteMs: 15 * 60_000 } as const;

export const sessionOf = (context: CliContext, vault: Vault, vaultDir: string): VaultSession =>
  new VaultSession({
    vaultDir,
    vault,
    trust: context.trust,
    startEngine: context.startEngine,
    lifetimes: () => LIFETIMES,
    askPin: (token) => readPin(context.pin, `PIN of the token "${token.label}": `),
  });
