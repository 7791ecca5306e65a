import { VaultSession } from '../session/index.ts';
import type { Vault } from '../vault/index.ts';
import type { CliContext } from './command.ts';
import { readPin } from './pin.ts';

/** Lifetime of unsealed keys: the process runs one command. */
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
