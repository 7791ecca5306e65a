import type { EngineProcess } from '../engine/index.ts';
import type { TrustStore } from '../trust/index.ts';
import type { VaultContext } from '../vault/index.ts';
import type { Arguments, OptionSpecs } from './arguments.ts';
import type { PinOptions } from './pin.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Whether the result is one JSON document on standard output. */
  readonly json: boolean;
  /** Whether to wait while another program uses the vault. */
  readonly wait: boolean;
  readonly vault: string | undefined;
  readonly pin: PinOptions;
  /** Of a PIN that is to replace it. */
  readonly newPin: PinOptions;
  readonly startEngine: () => EngineProcess;
  /** What this user's computer knows about vaults, outside of their folders. */
  readonly trust: TrustStore;
  /** Arguments with options of `claviger trust`; null if there are none. */
  readonly trustArguments: Arguments | null;
  readonly vaultContext: () => Promise<VaultContext>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Command {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** The rest of the usage line. */
  readonly usage: string;
  readonly options: OptionSpecs;
  /**
   * Whether there may be arguments besides the options; otherwise they are refused.
   * `paths`: the command itself reports each path, including names that are not UTF-8.
   */
  readonly takesArguments?: true | 'paths';
  /** Uses the vault's token, so it takes the options of `claviger trust`. */
  readonly usesToken?: true;
  /** More lines of help. */
  readonly notes?: string;
  /** @returns the exit code */
  readonly run: (args: Arguments, context: CliContext) => Promise<number>;
}
