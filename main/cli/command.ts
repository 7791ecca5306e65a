import type { EngineProcess } from '../engine/index.ts';
import type { TrustStore } from '../trust/index.ts';
import type { VaultContext } from '../vault/index.ts';
import type { Arguments, OptionSpecs } from './arguments.ts';
import type { PinOptions } from './pin.ts';
import type { Terminal } from './terminal.ts';

/** What every command has at hand. */
export interface CliContext {
  readonly terminal: Terminal;
  /** True where the one result is a JSON document on standard output. */
  readonly json: boolean;
  /** Whether to wait for a vault that another program holds. */
  readonly wait: boolean;
  readonly vault: string | undefined;
  readonly pin: PinOptions;
  readonly startEngine: () => EngineProcess;
  /** What this user knows of vaults, outside of their folders. */
  readonly trust: TrustStore;
  /** What the call itself says of the vault and its token; null where it says nothing. */
  readonly told: Arguments | null;
  readonly vaultContext: () => Promise<VaultContext>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Command {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** What follows the name. */
  readonly usage: string;
  readonly options: OptionSpecs;
  /**
   * Whether anything may stand beside the options; what a command would not look at is refused.
   * `paths`: of files that it tells of one by one, also where a name is not UTF-8.
   */
  readonly takesArguments?: true | 'paths';
  /** Works with the vault's token: what leads to it may be said here as with `claviger trust`. */
  readonly usesToken?: true;
  /** More lines of help. */
  readonly notes?: string;
  /** @returns the exit code */
  readonly run: (args: Arguments, context: CliContext) => Promise<number>;
}
