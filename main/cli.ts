#!/usr/bin/env node
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../shared/version.ts';
import { exitCodes } from './cli/command.ts';
import { givenArguments } from './cli/given-arguments.ts';
import { runCli } from './cli/main.ts';
import { Output } from './cli/output.ts';
import { endOf, terminalOf } from './cli/terminal.ts';
import { forbidCoreDumps } from './system/core-dumps.ts';
import { type EngineProcess, startEngine } from './engine/start.ts';
import { loadSqlJs } from './sqlite/sql-js.ts';
import { osUser } from './system/os-user.ts';
import { systemClock } from './system/clock.ts';
import { stateFolder } from './system/state-folder.ts';
import { TrustStore } from './trust/trust-store.ts';
import { userIndexCache } from './audit/index-cache.ts';
import type { VaultContext } from './vault/vault.ts';

// Composition root of the command line.

const CANCELLED = 130;

const streams = {
  input: process.stdin,
  output: new Output(process.stdout),
  errors: new Output(process.stderr),
};
const terminal = terminalOf(streams);
const cancelling = new AbortController();
const engines = new Set<EngineProcess>();

const start = (): EngineProcess => {
  const engine = startEngine(new URL('./engine/process.js', import.meta.url));
  engines.add(engine);
  void engine.exited.then(() => engines.delete(engine));
  return engine;
};

/**
 * Of SQLite only what runs for seconds is compiled a second time, to be faster. A command ends
 * before that pays: it would cost 0.2 s on other threads, and 10 MB.
 */
const spareCompiling = (): void => setFlagsFromString('--wasm-tiering-budget=200000000');

const vaultContext = async (): Promise<VaultContext> => {
  systemClock.now(); // a clock that no record can hold is refused before anything is begun
  return {
    sqlJs: await loadSqlJs(),
    actor: { user: osUser(), host: hostname(), app: `claviger/${VERSION}` },
    clock: systemClock,
    indexCache: userIndexCache(process.env, process.platform),
  };
};

/** The first Ctrl-C finishes what is under way; the second one does not wait. */
const cancel = (): void => {
  if (cancelling.signal.aborted) process.exit(CANCELLED);
  terminal.notice([
    'Cancelling: files under way are finished or removed. Once more to stop at once.',
  ]);
  cancelling.abort();
};

forbidCoreDumps();
spareCompiling();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, cancel);

/** A fault of the program is told in full, by way of the terminal, because it may quote a file. */
const run = async (): Promise<number> => {
  try {
    return await runCli(givenArguments(process.argv.slice(2)), {
      terminal,
      environment: process.env,
      startEngine: start,
      openTrust: () => new TrustStore(stateFolder(process.env, process.platform)),
      vaultContext,
      signal: cancelling.signal,
    });
  } catch (error) {
    terminal.notice(inspect(error).split('\n'));
    return exitCodes.someFailed;
  }
};

const code = await run();
for (const engine of engines) await engine.stop();
process.exitCode = await endOf(streams, code);
