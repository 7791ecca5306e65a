import { catchUp } from '../keys/index.ts';
import { type SessionParts, VaultSession } from '../session/index.ts';
import type { Vault } from '../vault/index.ts';
import type { CliContext } from './command.ts';
import { readTokenPin } from './pin.ts';

/** Lifetime of unsealed keys: the process runs one command. */
const LIFETIMES = { idleMs: 60_000, absoluteMs: 15 * 60_000 } as const;

export type AskPin = SessionParts['askPin'];

export const sessionOf = (
  context: CliContext,
  vault: Vault,
  vaultDir: string,
  askPin: AskPin = (token) => readTokenPin(context.pin, token),
): VaultSession =>
  new VaultSession({
    vaultDir,
    vault,
    trust: context.trust,
    startEngine: context.startEngine,
    lifetimes: () => LIFETIMES,
    onOpen: async (session) => {
      const { postponed, settled } = await catchUp(session);
      const problems = postponed.map(({ problem }) => problem);
      for (const words of [...(settled === null ? [] : [settled]), ...problems])
        context.terminal.notice([`claviger: ${words}`]);
    },
    askPin,
  });
